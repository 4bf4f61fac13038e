/** What is away is said, and comes back by itself; what was typed stays. */
import {
  connectMqtt,
  eventually,
  findFreePort,
  makePassword,
  sharedInstallation,
  startInstallation,
  startPostgres,
} from '@iotcore/testkit';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { useBrowser } from './support/browser.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();

async function typeName(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Create a registry' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
}

async function expectCreated(page: Page, name: string): Promise<void> {
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

test('while the API is away pages say so; what was typed stays, and a screen that is asked for comes when it is back', async () => {
  const own = await startInstallation({
    programs: ['api'],
    env: { IOT_API_PORT: String(await findFreePort()) },
  });
  await own.api.createRegistry({ name: 'greenhouse', folderId: 'away' });
  const open = () =>
    signedInPage({ api: own.api, origin: own.apiUrl }, '/registries?folder=away', {
      allowed: /Failed to load resource|ERR_/,
    });
  const [typing, looking] = [await open(), await open()];
  await typeName(typing, 'typed-before');
  await looking.getByRole('link', { name: 'greenhouse' }).waitFor();
  await own.program('api').stop();
  await typing.keyboard.press('Enter');
  await typing.getByRole('dialog').getByRole('alert').waitFor();
  await looking.getByRole('link', { name: 'Exports' }).click();
  await looking.getByText('The API does not answer').first().waitFor();
  own.start('api');
  await own.ready();
  await looking.getByText('An export sends messages on').waitFor();
  expect(await looking.getByText('The API does not answer').count()).toBe(0);
  await expectCreated(typing, 'typed-before');
});

test('while the database is away each screen says so, and goes on when it is back; what was typed stays', async () => {
  const postgres = await startPostgres();
  const own = await startInstallation({ programs: ['api'], database: postgres.url('postgres') });
  const page = await signedInPage({ api: own.api, origin: own.apiUrl }, '/registries?folder=away', {
    allowed: /Failed to load resource|ERR_/,
  });
  const sections = page.getByRole('navigation', { name: 'Sections' });
  const away = page.getByText('The API cannot serve now', { exact: false }).first();
  await page.getByRole('button', { name: 'Create a registry' }).waitFor();
  await postgres.stop();
  for (const name of [
    'Overview',
    'Brokers',
    'Refusals',
    'Exports',
    'Moving in',
    'Audit',
    'Access',
    'Nodes',
  ]) {
    await sections.getByRole('link', { name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await away.waitFor();
  }
  await sections.getByRole('link', { name: 'Registries', exact: true }).click();
  await typeName(page, 'typed-before');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await postgres.start();
  await own.ready();
  await away.waitFor({ state: 'detached' });
  await expectCreated(page, 'typed-before');
});

test('whose session has ended signs in again over the screen, and what was typed stays', async () => {
  const { api, apiUrl: origin } = installation();
  const page = await signedInPage({ api, origin }, '/registries?folder=ended', { allowed: /status of 401/ });
  await typeName(page, 'typed-before-the-end');
  await api.must('DELETE', '/ext/v1/sessions');
  // Within a second, as every revocation: before that the session could still create it.
  await eventually(
    'the end of the session',
    async () => (await page.request.get(`${origin}/ext/v1/session`)).status() === 401,
  );
  await page.keyboard.press('Enter');
  const again = page.getByLabel('API key or access token');
  await again.waitFor();
  const account = await api.must('POST', '/ext/v1/serviceAccounts', {
    folderId: 'ended',
    name: `again-${Date.now()}`,
  });
  const path = `/ext/v1/serviceAccounts/${account.response.id}`;
  await api.must('POST', `${path}/roleBindings`, { role: 'editor', folderId: 'ended' });
  const { secret } = await api.must('POST', `${path}/apiKeys`, {});
  await again.fill(secret);
  await again.press('Enter');
  await again.waitFor({ state: 'detached' });
  await expectCreated(page, 'typed-before-the-end');
});

test('while no MQTT server is there live messages and logs say so at once, every screen a little later; both go on when one is back', async () => {
  const own = await startInstallation({ programs: ['api', 'mqtt'] });
  const { api } = own;
  const password = makePassword();
  const registry = await api.createRegistry({ name: 'greenhouse' });
  const { id } = await api.createDevice(registry.id, { name: 'pump', password });
  const setUp = { api, origin: own.apiUrl };
  const allowed = /Failed to load resource|ERR_/;
  const live = await signedInPage(setUp, `/registries/${registry.id}?tab=live`, { allowed });
  const log = await signedInPage(setUp, `/devices/${id}?tab=log`, { allowed });
  for (const page of [live, log]) await page.getByText('Listening').waitFor();
  const note = 'messages may be missing';
  expect(await live.getByText(note).count()).toBe(0);

  own.program('mqtt').kill('SIGKILL');
  for (const page of [live, log]) await page.getByText('No MQTT server answers').waitFor();
  await live.getByText(note).waitFor();
  await live.getByText('No MQTT server is ready').waitFor();
  await log.getByRole('link', { name: 'Brokers', exact: true }).click();
  await log.getByRole('heading', { level: 1, name: 'Brokers' }).waitFor();
  await log.getByText('No MQTT server is ready').waitFor();
  await log.goBack();

  own.start('mqtt');
  await own.ready();
  for (const page of [live, log]) {
    await page.getByText('Listening').waitFor();
    await page.getByText('No MQTT server is ready').waitFor({ state: 'detached' });
  }
  // What was missed stays missed.
  expect(await live.getByText(note).count()).toBe(1);
  const device = await connectMqtt({ ...own.overTls, username: id, password, clientId: 'back' });
  onTestFinished(() => device.end());
  await device.publish(`$devices/${id}/events`, 'here again');
  await live.locator('.live__rows', { hasText: 'here again' }).waitFor();
  await log.locator('main tbody', { hasText: '"back"' }).waitFor();
});
