/** Among very many devices one is found, and told something. */
import { connectMqtt, makePassword, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { useBrowser } from './support/browser.ts';
import { inDatabase } from './support/database.ts';
import { hands, languagesAndWays } from './support/hands.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const deviceCount = 100_000;
const batch = 2_000;
const password = makePassword();

let registryId: string;
let folderId: string;

beforeAll(async () => {
  const { api } = installation();
  const registry = await api.createRegistry({ name: 'plant' });
  registryId = registry.id;
  folderId = registry['folderId'] as string;
  await inDatabase(installation(), async (query) => {
    // So many at once that no statement takes as long as one may, on a busy machine too.
    for (let at = 0; at < deviceCount; at += batch)
      await query(
        `INSERT INTO devices (id, registry_id, folder_id, name)
         SELECT 'are' || substr(md5('many' || n), 1, 17), $1, $2, 'meter-' || n
         FROM generate_series($3::int + 1, $3::int + $4::int) AS n`,
        [registryId, folderId, at, batch],
      );
    await query('ANALYZE devices');
  });
});

const words = {
  en: { begins: 'Name begins with', command: 'Send a command', payload: 'Payload', send: 'Send' },
  ru: { begins: 'Имя начинается с', command: 'Отправить команду', payload: 'Содержимое', send: 'Отправить' },
} as const;

test.each(languagesAndWays)(
  'a device among 100,000 is found by its name, and gets a command: in %s, by %s',
  async (language, way) => {
    const { api, apiUrl: origin, overTls } = installation();
    const t = words[language];
    const { press, write } = hands[way];
    const name = `pump-${language}-${way}`;
    const { id } = await api.createDevice(registryId, { name, password });
    const device = await connectMqtt({ ...overTls, username: id, password });
    onTestFinished(() => device.end());
    await device.subscribe(`$devices/${id}/commands`);
    const page = await signedInPage({ api, origin }, `/registries/${registryId}?folder=${folderId}`, {
      language,
    });
    const rows = page.locator('main tbody tr');
    await expect.poll(() => rows.count()).toBe(50);
    expect(await rows.filter({ hasText: name }).count()).toBe(0);

    await write(page.getByLabel(t.begins), name.slice(0, -1));
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.count()).toBe(1);
    await rows.getByRole('link', { name }).waitFor();
    // From anywhere, by the search of the bar.
    await page.locator('h1').click();
    await page.keyboard.press('/');
    await page.keyboard.type(name);
    await page.locator('.search__hits', { hasText: name }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await press(page.getByRole('button', { name: t.command }));
    await write(page.getByLabel(t.payload), 'open the valve');
    await press(page.getByRole('dialog').getByRole('button', { name: t.send, exact: true }));
    const { topic, payload } = await device.messages.next();
    expect([topic, payload.toString()]).toEqual([`$devices/${id}/commands`, 'open the valve']);
  },
);

test('the devices without a credential are listed, until they have one', async () => {
  const { api, apiUrl: origin } = installation();
  const registry = await api.createRegistry({ name: 'moving' });
  const bare = await api.createDevice(registry.id, { name: 'forgotten' });
  await api.createDevice(registry.id, { name: 'with-password', password });
  const path = `/moving-in/${registry.id}?folder=${registry['folderId']}`;
  const page = await signedInPage({ api, origin }, path);
  await page.getByRole('link', { name: 'with-password' }).waitFor();
  await page.getByRole('combobox', { name: 'Devices' }).click();
  await page.getByRole('option', { name: 'No credential' }).click();
  await page.getByRole('link', { name: 'with-password' }).waitFor({ state: 'detached' });
  // A link shows a colleague the same.
  expect(page.url()).toContain('state=WITHOUT_CREDENTIAL');
  const rows = page.locator('main tbody tr');
  expect(await rows.allInnerTexts()).toEqual([expect.stringContaining('forgotten')]);
  await api.addPassword({ deviceId: bare.id }, makePassword());
  await page.reload();
  await page.locator('main .empty').waitFor();
  expect(await rows.count()).toBe(0);
});

test('the lists of registries and brokers say how many devices there are, how many are connected, and what comes in', async () => {
  const { api, apiUrl: origin } = installation();
  const busy = await api.createRegistry({ name: 'busy' });
  const folder = busy['folderId'] as string;
  const idle = await api.createRegistry({ name: 'idle', folderId: folder });
  for (const name of ['one', 'two']) await api.createDevice(busy.id, { name });
  const broker = await api.must('POST', '/iot-broker/v1/brokers', { folderId: folder, name: 'backend' });
  await inDatabase(installation(), async (query) => {
    // As an MQTT server writes each minute; the registry that was busy an hour ago has its connections still.
    const write = (kind: string, id: string, minutesAgo: number, connections: number, messages: number) =>
      query(
        `INSERT INTO tenant_samples (kind, id, at, process_id, connections, messages)
       VALUES ($1, $2, date_trunc('minute', now()) - make_interval(mins => $3), 'gone', $4, $5)`,
        [kind, id, minutesAgo, connections, messages],
      );
    await write('registry', busy.id, 1, 1234, 90);
    await write('registry', idle.id, 59, 7, 6000);
    await write('broker', broker.response.id, 1, 3, 600);
  });
  const page = await signedInPage({ api, origin }, `/registries?folder=${folder}`);
  const cells = (name: string) => page.locator('main tr', { hasText: name }).locator('td.table__number');
  await expect.poll(() => cells('busy').allInnerTexts()).toEqual(['2', '1,234', '1.5']);
  await expect.poll(() => cells('idle').allInnerTexts()).toEqual(['0', '7', '0']);
  await page.goto(`${origin}/console/registries?folder=${folderId}`);
  await expect.poll(async () => (await cells('plant').allInnerTexts())[0]).toMatch(/^100,0\d\d$/);
  await api.must('POST', `/ext/v1/brokers/${broker.response.id}:disable`, {});
  await page.goto(`${origin}/console/brokers?folder=${folder}`);
  await expect.poll(() => cells('backend').allInnerTexts()).toEqual(['3', '10']);
  await page.locator('main tr', { hasText: 'backend' }).getByText('Disabled').waitFor();
});
