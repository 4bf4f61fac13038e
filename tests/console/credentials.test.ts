/** Passwords and certificates, from beginning to end, in both languages; and with the keys alone. */
import {
  connectMqtt,
  makeCertificate,
  makeExpiredCertificate,
  makePassword,
  sharedInstallation,
} from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { useBrowser } from './support/browser.ts';
import { hands, languagesAndWays } from './support/hands.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const setUp = () => ({ api: installation().api, origin: installation().apiUrl });

const words = {
  en: {
    ...{ credentials: 'Credentials', status: 'Status', close: 'Close', deletion: 'Delete', add: 'Add' },
    ...{ addPassword: 'Add a password', generate: 'Generate a password', passwords: 'Passwords' },
    ...{
      addCertificate: 'Add a certificate',
      pem: 'Certificate in PEM',
      expired: 'Expired',
      soon: 'Ends soon',
    },
    ...{ password: 'password', certificate: 'certificate' },
  },
  ru: {
    ...{ credentials: 'Учётные данные', status: 'Состояние', close: 'Закрыть', deletion: 'Удалить' },
    ...{ add: 'Добавить', addPassword: 'Добавить пароль', generate: 'Сгенерировать пароль' },
    ...{ passwords: 'Пароли', addCertificate: 'Добавить сертификат', pem: 'Сертификат в PEM' },
    ...{ expired: 'Истёк', soon: 'Скоро истекает', password: 'пароль', certificate: 'сертификат' },
  },
} as const;

describe.each(languagesAndWays)('in %s, by %s', (language, way) => {
  const t = words[language];
  const { press, write } = hands[way];

  test('a password is rotated: the new one connects, then the old one goes, and its session with it', async () => {
    const { api, overTls } = installation();
    const { id: registryId } = await api.createRegistry({ name: 'greenhouse' });
    const former = makePassword();
    const { id } = await api.createDevice(registryId, { name: 'pump', password: former });
    const { passwords } = await api.must('GET', `/iot-devices/v1/devices/${id}/passwords`);
    const login = { ...overTls, username: id };
    const before = await connectMqtt({ ...login, password: former, clientId: 'former' });
    const page = await signedInPage(setUp(), `/devices/${id}`, { language });
    // The session says which of them it rests on.
    await page.locator('tr', { hasText: 'former' }).getByText(`${t.password}${passwords[0].id}`).waitFor();

    await press(page.getByRole('tab', { name: t.credentials }));
    await press(page.getByRole('button', { name: t.addPassword }));
    await press(page.getByRole('button', { name: t.generate }));
    const password = await page.getByRole('dialog').locator('pre').innerText();
    await press(page.getByRole('dialog').getByRole('button', { name: t.close }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const after = await connectMqtt({ ...login, password, clientId: 'new' });
    onTestFinished(() => after.end());

    const list = page.getByRole('region', { name: t.passwords });
    const row = list.locator('tr', { hasText: passwords[0].id });
    await press(row.getByRole('button', { name: t.deletion }));
    // The one that ends, and not the other.
    await page.getByRole('dialog').locator('li', { hasText: 'former' }).waitFor();
    expect(await page.getByRole('dialog').locator('li').count()).toBe(1);
    await press(page.getByRole('dialog').getByRole('button', { name: t.deletion }));
    await before.closed;
    await row.waitFor({ state: 'detached' });
    await expect.poll(() => list.locator('tbody tr').count()).toBe(1);
    await expect(connectMqtt({ ...login, password: former })).rejects.toThrow();
    await after.publish(`$devices/${id}/events`, 'still there');
  });

  test('a certificate is pinned to a device, which then connects with it and with no other', async () => {
    const { api, overTls } = installation();
    const { id: registryId } = await api.createRegistry({ name: 'greenhouse' });
    const { id } = await api.createDevice(registryId, { name: 'pump' });
    const certificate = await makeCertificate({ commonName: 'pump-7' });
    await expect(connectMqtt({ ...overTls, certificate })).rejects.toThrow();
    const page = await signedInPage(setUp(), `/devices/${id}?tab=credentials`, { language });
    await press(page.getByRole('button', { name: t.addCertificate }));
    await write(page.getByLabel(t.pem, { exact: true }), certificate.certPem);
    await press(page.getByRole('dialog').getByRole('button', { name: t.add, exact: true }));
    const row = page.locator('tr', { hasText: certificate.sha1 });
    await row.waitFor();
    expect(await row.innerText()).toContain('CN=pump-7');
    expect(await row.getByText(t.soon).count()).toBe(1);

    const session = await connectMqtt({ ...overTls, certificate, clientId: 'pinned' });
    onTestFinished(() => session.end());
    const other = await makeCertificate();
    await expect(connectMqtt({ ...overTls, certificate: other })).rejects.toThrow();
    await press(page.getByRole('tab', { name: t.status }));
    const shown = page.locator('tr', { hasText: 'pinned' }).locator(`code[title="${certificate.sha1}"]`);
    await shown.waitFor();
    // With the end of the certificate, which is near.
    await page.locator('tr', { hasText: 'pinned' }).getByText(t.soon).waitFor();
  });
});

test('a certificate is added from a file', async () => {
  const { api } = installation();
  const { id: registryId } = await api.createRegistry({ name: 'greenhouse' });
  const certificate = await makeCertificate({ commonName: 'registry' });
  const page = await signedInPage(setUp(), `/registries/${registryId}?tab=credentials`);
  await page.getByRole('button', { name: words.en.addCertificate }).click();
  await page
    .getByLabel(`${words.en.pem}: from a file`)
    .setInputFiles({ name: 'ca.pem', mimeType: 'text/plain', buffer: Buffer.from(certificate.certPem) });
  await expect
    .poll(() => page.getByLabel(words.en.pem, { exact: true }).inputValue())
    .toBe(certificate.certPem);
  await page.getByRole('dialog').getByRole('button', { name: words.en.add, exact: true }).click();
  await page.locator('tr', { hasText: certificate.sha1 }).waitFor();
});

test.each(['en', 'ru'] as const)(
  'certificates that run out are found on the overview: in %s',
  async (language) => {
    const t = words[language];
    const { api } = installation();
    const registry = await api.createRegistry({ name: 'greenhouse' });
    const folder = registry['folderId'] as string;
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    const given = {
      ended: await makeExpiredCertificate(),
      soon: await makeCertificate({ notAfter: inDays(20) }),
      good: await makeCertificate({ notAfter: inDays(300) }),
    };
    for (const [name, { certPem: certificateData }] of Object.entries(given)) {
      const { id } = await api.createDevice(registry.id, { name });
      await api.must('POST', `/iot-devices/v1/devices/${id}/certificates`, { certificateData });
    }
    const page = await signedInPage(setUp(), `/?folder=${folder}`, { language });
    const row = (name: string) => page.locator('main tr', { hasText: name });
    await row('ended').getByText(t.expired).waitFor();
    expect(await row('soon').getByText(t.soon).count()).toBe(1);
    expect(await row('good').count()).toBe(0);
    await row('soon').getByRole('link').click();
    await page.locator('tr', { hasText: given.soon.sha1 }).getByText(t.soon).waitFor();
  },
);
