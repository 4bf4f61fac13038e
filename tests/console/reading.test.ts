/** What somebody reads stays where it is and can be shown to a colleague: live messages, stored topics, refusals, the audit. */
import { connectMqtt, makePassword, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { useBrowser } from './support/browser.ts';
import { goTo } from './support/screens.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const setUp = () => ({ api: installation().api, origin: installation().apiUrl });

async function newDevice() {
  const { api, overTls } = installation();
  const password = makePassword();
  const registry = await api.createRegistry({ name: 'greenhouse' });
  const { id } = await api.createDevice(registry.id, { name: 'pump', password });
  const connect = async (clientId: string) => {
    const client = await connectMqtt({ ...overTls, username: id, password, clientId });
    onTestFinished(() => client.end());
    return client;
  };
  return { registryId: registry.id, folderId: registry['folderId'] as string, id, connect };
}

test('while a live message is read, new ones wait behind a button that counts them', async () => {
  const { registryId, id, connect } = await newDevice();
  const page = await signedInPage(setUp(), `/registries/${registryId}?tab=live`);
  await page.getByText('Listening').waitFor();
  const device = await connect('sender');
  const rows = page.locator('.live__rows li');
  await device.publish(`$devices/${id}/events`, 'first');
  await rows.first().getByText('first').waitFor();
  await rows.first().getByRole('button').click();
  await page.locator('.live__open').waitFor();
  await device.publish(`$devices/${id}/events`, 'second');
  await device.publish(`$devices/${id}/events`, 'third');
  const more = page.getByRole('button', { name: '2 new' });
  await more.waitFor();
  expect(await rows.count()).toBe(1);
  await more.click();
  await expect.poll(() => rows.count()).toBe(3);
  expect(await rows.first().innerText()).toContain('third');
  await device.publish(`$devices/${id}/events`, 'fourth');
  await rows.first().getByText('fourth').waitFor();
});

test('stored topics are a tree; a value is set, and the address says which one is open', async () => {
  const { id } = await newDevice();
  const page = await signedInPage(setUp(), `/devices/${id}?tab=stored`);
  const set = async (topic: string, payload: string) => {
    await page.getByRole('button', { name: 'Set a value' }).click();
    await page.getByLabel('Payload').fill(payload);
    await page.getByRole('dialog').getByLabel('Topic').fill(topic);
    await page.getByRole('dialog').getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await set(`$devices/${id}/config`, '{"on":{"from":"08:00"}}');
  // As the device: the registry may not.
  await set(`$devices/${id}/state/door`, 'open');
  const cells = page.locator('main tbody tr td:first-child');
  await expect.poll(() => cells.allInnerTexts()).toEqual([`$devices/${id}`, 'config', 'state/door']);
  expect(await page.locator('main tbody tr', { hasText: 'state/door' }).innerText()).toContain('open');

  await page.getByRole('button', { name: `$devices/${id}/config` }).click();
  const fold = page.locator('main pre').getByRole('button', { name: '"on": {' });
  await fold.waitFor();
  expect(new URL(page.url()).searchParams.get('open')).toBe(`$devices/${id}/config`);
  await page.reload();
  await page.getByText('"from": "08:00"').waitFor();
  await fold.click();
  await page.getByText('"from": "08:00"').waitFor({ state: 'detached' });
});

test('who was refused a subscription is shown who hears what; the reason leads to the lines of it', async () => {
  const { id, folderId, connect } = await newDevice();
  const device = await connect('curious');
  await device.subscribe(`$devices/${id}/events`).catch(() => undefined);
  const page = await signedInPage(setUp(), `/devices/${id}?folder=${folderId}`);
  await page.locator('main .g-alert .hears__picture').waitFor();
  await page.goto(`${installation().apiUrl}/console/?folder=${folderId}`);
  await page.getByRole('link', { name: 'subscription not allowed' }).click();
  await page.getByRole('heading', { level: 1, name: 'Refusals' }).waitFor();
  const lines = page.getByRole('region', { name: 'By client' }).locator('tbody tr');
  await expect.poll(() => lines.count()).toBe(1);
  expect(new URL(page.url()).searchParams.get('reason')).toBe('subscription not allowed');
});

test('a log holds the lines of its device alone, also where the address leads from one device to another', async () => {
  const { registryId, id, connect } = await newDevice();
  const { api, apiUrl } = installation();
  const other = await api.createDevice(registryId, { name: 'other' });
  const page = await signedInPage(setUp(), `/devices/${id}?tab=log`);
  await page.getByText('Listening').waitFor();
  await connect('came-later');
  await page.locator('main tbody', { hasText: 'came-later' }).waitFor();
  await goTo(page, `${apiUrl}/console/devices/${other.id}?tab=log`);
  await page.getByRole('heading', { level: 1, name: 'other' }).waitFor();
  await page.getByText('Nothing yet: connections').waitFor();
  expect(await page.getByText('came-later').count()).toBe(0);
});

test('the audit is filtered by time, and a call is opened by the ID of its request', async () => {
  const { folderId, id } = await newDevice();
  const path = `/audit?folder=${folderId}`;
  const page = await signedInPage(setUp(), path);
  const rows = page.locator('main tbody tr');
  const created = rows.filter({ hasText: 'CreateDevice' });
  await created.waitFor();
  await created.locator('.link-button').click();
  await page.locator('main section', { hasText: 'Program' }).getByText(id, { exact: true }).waitFor();
  const shown = page.url();
  const from = page.getByLabel('From', { exact: true });
  await from.fill('soon');
  await from.blur();
  await page.getByText('A date and a time, such as 2026-11-27 15:04.').waitFor();
  expect(page.url()).not.toContain('since');
  await from.fill('2999-01-01 00:00');
  await from.blur();
  await page.locator('main .empty').waitFor();
  expect(new URL(page.url()).searchParams.get('since')).toBe('2999-01-01T00:00');
  // A link shows a colleague the same.
  await page.goto(shown);
  await page.locator('main section', { hasText: 'Program' }).getByText(id, { exact: true }).waitFor();
});

test('the commands to connect name the port of this installation, and its authority is in them', async () => {
  const { id } = await newDevice();
  const { api } = installation();
  const { listeners } = await api.must('GET', '/ext/v1/installation');
  const page = await signedInPage(setUp(), `/devices/${id}`);
  const { port } = new URL(listeners.mqtts as string);
  await page.locator('main pre', { hasText: `-p ${port} --cafile` }).waitFor();
  await page.getByRole('radio', { name: 'ESP32' }).click();
  await page.locator('main pre', { hasText: '-----BEGIN CERTIFICATE-----' }).waitFor();
});

test('a registry that connects by the command of its page hears a device that does so by its own', async () => {
  const { registryId, id, connect } = await newDevice();
  const { api, overTls } = installation();
  const password = makePassword();
  await api.must('POST', `/iot-devices/v1/registries/${registryId}/passwords`, { password });
  const page = await signedInPage(setUp(), `/registries/${registryId}?tab=summary`);
  const topic = async (program: string) => {
    const command = await page.locator('main pre', { hasText: program }).innerText();
    return /-t\s+'([^']+)'/.exec(command)?.[1] ?? '';
  };
  const heard = await topic('mosquitto_sub');
  await page.goto(`${installation().apiUrl}/console/devices/${id}`);
  const said = await topic('mosquitto_pub');
  const registry = await connectMqtt({ ...overTls, username: registryId, password });
  onTestFinished(() => registry.end());
  await registry.subscribe(heard);
  const device = await connect('pump');
  await device.publish(said, 'it is warm');
  expect(String((await registry.messages.next()).payload)).toBe('it is warm');
});

test('an address that leads nowhere says so, in the language of the console, and shows a way out', async () => {
  const page = await signedInPage(setUp(), '/nonsense', { language: 'ru' });
  await page.getByRole('heading', { name: 'Такой страницы нет' }).waitFor();
  await page.locator('main').getByRole('link', { name: 'Обзор' }).click();
  await page.getByRole('heading', { name: 'Обзор', level: 1 }).waitFor();
});

test('a registry shows its exports and its password adoption', async () => {
  const { registryId } = await newDevice();
  const { api } = installation();
  await api.must('POST', '/ext/v1/exports', {
    ...{ source: { registryId }, target: { pull: {} }, name: 'to-analytics' },
  });
  const page = await signedInPage(setUp(), `/registries/${registryId}?tab=exports`);
  await page.getByRole('link', { name: 'to-analytics' }).waitFor();
  await page.getByRole('tab', { name: 'Password adoption' }).click();
  await page.getByText('Whoever first connects').waitFor();
  expect(await page.getByRole('button', { name: 'Adopt passwords' }).isEnabled()).toBe(true);
});

test('a time is shown and taken as the language of the console writes it', async () => {
  const { registryId, folderId } = await newDevice();
  const path = `/registries/${registryId}?tab=adoption&folder=${folderId}`;
  const page = await signedInPage(setUp(), path, { language: 'ru' });
  await page.getByRole('button', { name: 'Принимать пароли' }).click();
  const dialog = page.getByRole('dialog');
  const end = dialog.getByLabel('До, не дольше 90 дней');
  expect(await end.inputValue()).toMatch(/^\d\d\.\d\d\.\d{4} \d\d:\d\d$/);
  const soon = new Date(Date.now() + 5 * 86_400_000);
  soon.setUTCSeconds(0, 0);
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(soon.toISOString()) ?? [];
  await end.fill(`${day}.${month}.${year} ${time}`);
  await dialog.getByRole('button', { name: 'Сохранить' }).click();
  await dialog.waitFor({ state: 'detached' });
  const adoption = await installation().api.must('GET', `/ext/v1/registries/${registryId}/passwordAdoption`);
  expect(new Date(adoption.endsAt).toISOString()).toBe(soon.toISOString());
});

test('exports are listed by their condition, which the address says', async () => {
  const { registryId, folderId } = await newDevice();
  const { api } = installation();
  for (const [name, paused] of [
    ['to-analytics', false],
    ['to-archive', true],
  ] as const)
    await api.must('POST', '/ext/v1/exports', {
      ...{ source: { registryId }, target: { webhook: { url: 'https://example.com/' } }, name, paused },
    });
  const page = await signedInPage(setUp(), `/exports?folder=${folderId}&state=PAUSED`);
  const names = page.locator('main tbody a');
  await page.getByRole('link', { name: 'to-archive' }).waitFor();
  expect(await names.allInnerTexts()).toEqual(['to-archive']);
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('option', { name: 'Misconfigured' }).click();
  await page.getByText('No export is in this condition.').waitFor();
  expect(new URL(page.url()).searchParams.get('state')).toBe('MISCONFIGURED');
  await page.getByRole('combobox', { name: 'Status' }).click();
  await page.getByRole('option', { name: 'All' }).click();
  await page.getByRole('link', { name: 'to-analytics' }).waitFor();
  expect(await names.count()).toBe(2);
});

test('in the Russian console refusals are said in Russian: of a field, of a call, of a client, in the log', async () => {
  const { id, folderId } = await newDevice();
  const { overTls } = installation();
  await connectMqtt({ ...overTls, username: id, password: makePassword() }).catch(() => undefined);
  const page = await signedInPage(setUp(), `/log?folder=${folderId}`, {
    language: 'ru',
    allowed: /status of 4(00|09)/,
  });
  const reasons = page.getByRole('region', { name: 'По причинам, за 24 часа' });
  await reasons.getByText('неизвестное имя пользователя или неверный пароль').waitFor();
  await reasons.getByText('Имя пользователя — ID реестра, устройства или брокера').waitFor();

  await page.goto(`${installation().apiUrl}/console/devices/${id}?folder=${folderId}&tab=log`);
  await page
    .getByText(/^отказ в подключении: неизвестное имя пользователя или неверный пароль, адрес: "/)
    .waitFor();

  await page.goto(`${installation().apiUrl}/console/registries?folder=${folderId}`);
  await page.getByRole('button', { name: 'Создать реестр' }).click();
  const dialog = page.getByRole('dialog');
  const create = dialog.getByRole('button', { name: 'Создать', exact: true });
  await dialog.getByLabel('Имя', { exact: true }).fill('green house');
  await create.click();
  await dialog.getByText('Только символы из [a-zA-Z0-9_-].').waitFor();
  await dialog.getByLabel('Имя', { exact: true }).fill('greenhouse');
  await create.click();
  await dialog.getByRole('alert').getByText('Уже занято: имя.').waitFor();
});
