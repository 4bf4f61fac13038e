/** What people and devices write is text on every screen that shows it: of each kind of resource, of exports, imports and the audit. */
import {
  connectMqtt,
  eventually,
  makeCertificate,
  sharedInstallation,
  WebhookReceiver,
} from '@iotcore/testkit';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { untilDrawn, useBrowser } from '../support/browser.ts';
import { inDatabase } from '../support/database.ts';
import { type Fleet, makeFleet } from '../support/fleet.ts';
import { hands } from '../support/hands.ts';
import { expectNothingDone } from '../support/hostile-page.ts';
import { hostileTexts, shown } from '../support/hostile-texts.ts';
import { openScreen, screensOf } from '../support/screens.ts';
import { signedInPage } from '../support/sign-in.ts';

useBrowser();
const installation = sharedInstallation({
  programs: ['api', 'mqtt', 'export'],
  env: { IOT_EXPORT_ALLOWED_NETWORKS: '127.0.0.0/8' },
});
const setUp = () => ({ api: installation().api, origin: installation().apiUrl });
/** One text that is all of them, and one that no line can hold. */
const all = hostileTexts.join(' ');
const endless = `${hostileTexts[0]}${'W'.repeat(180)}`;

/** An alias begins with no `$`, and holds no wildcard. */
const aliasOf = (text: string) => `x${text.replaceAll(/[#+/]/g, '_')}/`;

let fleet: Fleet;
/** Of which everything about it that may be any text is hostile. */
let exportId: string;
const receiverAnswer = all.slice(0, 400);

beforeAll(async () => {
  const { api } = installation();
  fleet = await makeFleet(installation());
  const { registryId, deviceId, brokerId, accountId, folderId } = fleet;
  for (const path of [
    `/iot-devices/v1/registries/${registryId}`,
    `/iot-devices/v1/devices/${deviceId}`,
    `/iot-broker/v1/brokers/${brokerId}`,
  ])
    await api.must('PATCH', path, { updateMask: 'description', description: endless });
  for (const [at, text] of hostileTexts.entries()) {
    await api.must('POST', `/ext/v1/serviceAccounts/${accountId}/apiKeys`, { description: text });
    const alias = aliasOf(text);
    const { id } = await api.createDevice(registryId, { name: `hostile-${at}`, description: text });
    const aliases = { [alias]: `$devices/${id}/` };
    const { status } = await api.call('PATCH', `/iot-devices/v1/devices/${id}`, {
      updateMask: 'topicAliases',
      topicAliases: aliases,
    });
    if (/^[ -~]*$/.test(text)) expect(status, alias).toBe(200);
  }
  // A name of another alphabet is refused by the API, whatever wrote it: the page must not rely on that.
  for (const text of hostileTexts.slice(0, 3))
    expect((await api.call('POST', '/iot-devices/v1/devices', { registryId, name: text })).status).toBe(400);
  await inDatabase(installation(), async (query) => {
    const name = (table: string, id: string, text: string) =>
      query(`UPDATE ${table} SET name = $1 WHERE id = $2`, [text, id]);
    await name('registries', registryId, endless);
    await name('devices', deviceId, all.slice(0, 250));
    await name('brokers', brokerId, '<img src=x onerror=hacked()>');
    await name('service_accounts', accountId, `"><svg onload=hacked()>${Date.now()}`);
    await query('UPDATE devices SET labels = $1 WHERE id = $2', [{ '<b onclick=hacked()>': all }, deviceId]);
  });

  const { certPem } = await makeCertificate({ commonName: '<img src=x onerror=hacked()>' });
  await api.must('POST', `/iot-devices/v1/devices/${deviceId}/certificates`, { certificateData: certPem });
  const receiver = await WebhookReceiver.start();
  receiver.behave = () => ({ status: 400, body: receiverAnswer });
  const made = await api.must('POST', '/ext/v1/exports', {
    source: { registryId },
    target: { webhook: { url: `${receiver.url}<script>hacked()</script>` } },
    retry: { maxAttempts: 1 },
    name: 'refused',
  });
  exportId = made.response.id;
  const publish = (topic: string) =>
    api.must('POST', `/iot-devices/v1/devices/${deviceId}/publish`, {
      topic: `$devices/${deviceId}/${topic}`,
      data: Buffer.from(all).toString('base64'),
    });
  await publish('state/<svg onload=hacked()>');
  // Again until the MQTT server knows of the export, which nothing tells.
  const sending = setInterval(
    () => void publish('events/<img src=x onerror=hacked()>').catch(() => undefined),
    500,
  );
  await eventually('the dead letter', async () => {
    const found = await api.must('GET', `/ext/v1/exports/${exportId}/deadLetters`);
    // That of the state may be the only one yet.
    return found['deadLetters'].some(({ topic }: { topic: string }) => topic.includes('/events/'));
  }).finally(() => clearInterval(sending));
  await api.call('GET', `/iot-devices/v1/registries?folderId=${folderId}`, undefined, {
    headers: { 'user-agent': '<script>hacked()</script>' },
  });
  return () => receiver.close();
});

/** All of these are on the page, as text. */
async function expectShown(page: Page, texts: readonly string[]): Promise<void> {
  const missing = async () => {
    const text = await page.locator('main').innerText();
    return texts.filter((one) => !text.includes(shown(one)));
  };
  await expect.poll(missing).toEqual([]);
}

test('on every screen, at either width, such texts do nothing, and push nothing off the screen', async () => {
  const { origin } = setUp();
  const { overTls } = installation();
  for (const username of hostileTexts.slice(0, 20))
    await connectMqtt({ ...overTls, username, password: 'Wrong-Horse-7', clientId: username }).catch(
      () => undefined,
    );
  const page = await signedInPage(setUp(), '/registries');
  for (const [name, path] of Object.entries(screensOf({ ...fleet, exportId }))) {
    await openScreen(page, origin, path, fleet.folderId);
    await expectNothingDone(page);
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      await untilDrawn(page);
      const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
      expect.soft(fits, `${name} at ${width} px`).toBe(true);
    }
  }
});

test('names, descriptions, aliases, subjects of certificates and descriptions of keys are shown as they are', async () => {
  const { origin } = setUp();
  const { registryId, deviceId, brokerId, accountId, folderId } = fleet;
  const page = await signedInPage(setUp(), '/registries');
  const screen = (path: string) => openScreen(page, origin, path, folderId);
  await screen('/registries');
  await expectShown(page, [endless]);
  await screen(`/devices/${deviceId}`);
  await expectShown(page, [endless, all.slice(0, 250), `<b onclick=hacked()>=${all}`]);
  await screen(`/brokers/${brokerId}`);
  await expectShown(page, ['<img src=x onerror=hacked()>', endless]);
  await screen(`/access/${accountId}`);
  await expectShown(page, hostileTexts);
  await screen(`/registries/${registryId}?tab=aliases`);
  await expectShown(page, [
    aliasOf('<img src=x onerror=hacked()>'),
    aliasOf('<iframe src="javascript:hacked()"></iframe>'),
  ]);
  await screen(`/devices/${deviceId}?tab=credentials`);
  // A subject is written as RFC 4514 has it: with a backslash before what is a sign of its own there.
  await expectShown(page, [String.raw`CN=\<img src=x onerror=hacked()\>`]);
  await expectNothingDone(page);
});

test('what a target answered, and what it refused, is shown as it is', async () => {
  const { origin } = setUp();
  const page = await signedInPage(setUp(), '/registries');
  await openScreen(page, origin, `/exports/${exportId}?tab=attempts`, fleet.folderId);
  await expectShown(page, ['<script>hacked()</script>']);
  await openScreen(page, origin, `/exports/${exportId}?tab=dead`, fleet.folderId);
  await page.getByRole('button', { name: '<img src=x onerror=hacked()>' }).first().click();
  const payload = page.locator('main pre').first();
  await payload.waitFor();
  expect(await payload.innerText()).toContain(shown('</textarea><script>hacked()</script>'));
  await expectNothingDone(page);
});

test('the rows of an import are shown as they are', async () => {
  const page = await signedInPage(setUp(), `/import?folder=${fleet.folderId}`);
  await hands.mouse.choose(page.getByRole('combobox', { name: 'Registry' }), shown(endless));
  const buffer = Buffer.from(
    hostileTexts
      .map((text) => `${JSON.stringify({ id: text, name: text, description: text })}\n${text}`)
      .join('\n'),
  );
  await page
    .getByLabel(/File of devices/)
    .setInputFiles({ name: 'devices.ndjson', mimeType: 'application/x-ndjson', buffer });
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.locator('.tiles', { hasText: 'New' }).waitFor();
  await expectShown(page, hostileTexts);
  await expectNothingDone(page);
});

test('a search finds such a name, and its own text does nothing', async () => {
  const page = await signedInPage(setUp(), '/registries', {
    // No name begins with a text as long as some of these: the API says so.
    allowed: /status of 400/,
  });
  for (const text of hostileTexts.filter((_, at) => at % 9 === 0)) {
    await page.locator('#search').fill(text);
    await page.locator('.search__hits').waitFor();
    await expectNothingDone(page);
  }
  await page.locator('#search').fill('<img src=x');
  await page.locator('.search__hits', { hasText: '<img src=x onerror=hacked()>' }).waitFor();
  await expectNothingDone(page);
});
