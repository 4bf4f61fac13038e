/** What devices and people write is text, wherever it is shown. */
import { connectMqtt, makePassword, sharedInstallation } from '@iotcore/testkit';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectNothingDone } from '../support/hostile-page.ts';
import { hostileTexts, shown } from '../support/hostile-texts.ts';
import { goTo } from '../support/screens.ts';
import { signedInPage } from '../support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const setUp = () => ({ api: installation().api, origin: installation().apiUrl });
const password = makePassword();
let registryId: string;
let deviceId: string;
let folderId: string;

beforeAll(async () => {
  const { api } = installation();
  const registry = await api.createRegistry({ name: 'greenhouse' });
  registryId = registry.id;
  folderId = registry['folderId'] as string;
  deviceId = (await api.createDevice(registryId, { name: 'pump', password })).id;
});

/** All of the corpus is on the page, as text, and has done nothing. */
async function expectText(page: Page, texts = hostileTexts): Promise<void> {
  const text = await page.locator('main').innerText();
  expect(texts.filter((one) => !text.includes(shown(one)))).toEqual([]);
  await expectNothingDone(page);
}

test('there are fifty and more such texts', () => {
  expect(new Set(hostileTexts).size).toBeGreaterThanOrEqual(50);
});

/** Of the refusals of one device at most five wait for their row in its log (docs/limits.md): so many of each device are tried. */
const refusalsOfDevice = 5;

test('a client ID is text in the list of refusals and in the log', async () => {
  const { api, overTls } = installation();
  const page = await signedInPage(setUp(), '/log');
  for (let at = 0; at < hostileTexts.length; at += refusalsOfDevice) {
    const clientIds = hostileTexts.slice(at, at + refusalsOfDevice);
    const { id } = await api.createDevice(registryId, { name: `refused-${at}`, password });
    for (const clientId of clientIds)
      await connectMqtt({ ...overTls, username: id, password: 'Wrong-Horse-7', clientId }).catch(
        () => undefined,
      );
    await expect
      .poll(async () => (await api.must('GET', `/ext/v1/devices/${id}/logs`))['entries']?.length)
      .toBeGreaterThanOrEqual(clientIds.length);
    await goTo(page, `${installation().apiUrl}/console/devices/${id}?tab=log`);
    await page.getByRole('heading', { level: 1, name: `refused-${at}`, exact: true }).waitFor();
    await page
      .locator('main tbody tr')
      .nth(clientIds.length - 1)
      .waitFor();
    // The log quotes what clients chose, as JSON does.
    const text = await page.locator('main').innerText();
    const printable = clientIds.filter((one) => /^[ -~]*$/.test(one));
    expect(printable.filter((one) => !text.includes(JSON.stringify(one).slice(1, -1)))).toEqual([]);
    await expectNothingDone(page);
  }
  await page.goto(`${installation().apiUrl}/console/log?folder=${folderId}`);
  await page.getByRole('table').first().waitFor();
  await expectNothingDone(page);
});

test('a client ID of a session is text', async () => {
  const { overTls } = installation();
  const clientIds = hostileTexts.slice(0, 8);
  const sessions = await Promise.all(
    clientIds.map((clientId) => connectMqtt({ ...overTls, username: deviceId, password, clientId })),
  );
  const page = await signedInPage(setUp(), `/devices/${deviceId}`);
  await page
    .getByText(shown(clientIds[0] ?? ''))
    .first()
    .waitFor();
  await expectText(page, clientIds);
  for (const session of sessions) await session.end();
});

test('topics and payloads are text in the live view, opened or not', async () => {
  const { overTls } = installation();
  const page = await signedInPage(setUp(), `/registries/${registryId}?tab=live`);
  await page.getByText('Listening').waitFor();
  const device = await connectMqtt({ ...overTls, username: deviceId, password });
  for (const text of hostileTexts)
    await device.publish(`$devices/${deviceId}/events/${text.replaceAll(/[#+/]/g, '_')}`, text);
  await device.end();
  for (const text of hostileTexts.filter((_, at) => at % 7 === 0)) {
    const contains = page.getByLabel('Contains');
    const topic = text.replaceAll(/[#+/]/g, '_');
    // A field has one line.
    const [line = ''] = topic.split(/[\r\n]+/).toSorted((a, b) => b.length - a.length);
    await contains.fill(line);
    const row = page.locator('.live__rows button', { hasText: shown(topic) }).first();
    await row.click();
    await page.locator('.live__open pre', { hasText: shown(text) }).waitFor();
    await expectNothingDone(page);
  }
});

test('descriptions and stored payloads are text', async () => {
  const { api, apiUrl } = installation();
  const page = await signedInPage(setUp(), '/registries');
  const payload = JSON.stringify(hostileTexts);
  await api.must('POST', `/iot-devices/v1/devices/${deviceId}/publish`, {
    topic: `$devices/${deviceId}/state`,
    data: Buffer.from(payload).toString('base64'),
  });
  await page.goto(`${apiUrl}/console/devices/${deviceId}?tab=stored`);
  await page.getByRole('button', { name: `$devices/${deviceId}/state` }).click();
  await page.locator('main pre').first().waitFor();
  const text = await page.locator('main pre').first().innerText();
  expect(hostileTexts.filter((one) => !text.includes(shown(JSON.stringify(one).slice(1, -1))))).toEqual([]);
  await expectNothingDone(page);
  for (const description of hostileTexts) {
    const { id } = await api.createDevice(registryId, { description });
    await goTo(page, `${apiUrl}/console/devices/${id}`);
    await page.getByText(shown(description), { exact: true }).first().waitFor();
    await expectNothingDone(page);
  }
});

test('the name of a browser is text in the list of sessions', async () => {
  const { api, apiUrl } = installation();
  const texts = hostileTexts.filter((text) => /^[ -~]*$/.test(text)).slice(0, 20);
  for (const userAgent of texts) {
    const { signInCode: code } = await api.must('POST', '/ext/v1/signInCodes', {});
    const opened = await fetch(`${apiUrl}/ext/v1/session`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': userAgent,
        'sec-fetch-site': 'same-origin',
        'x-requested-with': 'iotcore-console',
      },
      body: JSON.stringify({ code }),
    });
    expect(opened.status).toBe(200);
  }
  const page = await signedInPage(setUp(), '/access?tab=sessions');
  await page.getByRole('table').waitFor();
  await expectText(page, texts);
});
