/** What people who run a fleet come for: exports, imports, moving in, who may do what. In both languages. */
import { connectMqtt, makePassword, sharedInstallation, WebhookReceiver } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newPage, useBrowser } from './support/browser.ts';
import { choose } from './support/choose.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation({
  programs: ['api', 'mqtt', 'export'],
  env: { IOT_EXPORT_ALLOWED_NETWORKS: '127.0.0.0/8' },
});
const setUp = () => ({ api: installation().api, origin: installation().apiUrl });

const words = {
  en: {
    ...{
      createExport: 'Create an export',
      create: 'Create',
      name: 'Name',
      source: 'Messages of',
      url: 'URL',
    },
    ...{ redeliver: 'Redeliver', noDead: /refused no message for good/, rotate: 'New signing secret' },
    ...{ close: 'Close', actions: 'Actions', registry: 'Registry', file: /File of devices/ },
    ...{ try: 'Try', import: 'Import', fresh: 'New', refused: 'Refused' },
    ...{ adopt: 'Adopt passwords', save: 'Save', adopted: 'adopted password', allSeen: 'all seen' },
    ...{ createAccount: 'Create a service account', giveRole: 'Give a role', add: 'Add' },
    ...{ makeKey: 'Make an API key', description: 'Description', secret: 'API key or access token' },
    ...{ signIn: 'Sign in', createRegistry: 'Create a registry', needs: /Needs the role editor/ },
  },
  ru: {
    ...{
      createExport: 'Создать экспорт',
      create: 'Создать',
      name: 'Имя',
      source: 'Чьи сообщения',
      url: 'URL',
    },
    ...{ redeliver: 'Отправить снова', noDead: /не отвергла окончательно/, rotate: 'Новый секрет подписи' },
    ...{ close: 'Закрыть', actions: 'Действия', registry: 'Реестр', file: /Файл с устройствами/ },
    ...{ try: 'Проверить', import: 'Импортировать', fresh: 'Новые', refused: 'Отказ' },
    ...{ adopt: 'Принимать пароли', save: 'Сохранить', adopted: 'принятый пароль', allSeen: 'все здесь' },
    ...{ createAccount: 'Создать сервисный аккаунт', giveRole: 'Дать роль', add: 'Добавить' },
    ...{ makeKey: 'Создать API-ключ', description: 'Описание', secret: 'API-ключ или токен доступа' },
    ...{ signIn: 'Войти', createRegistry: 'Создать реестр', needs: /Нужна роль editor/ },
  },
} as const;

describe.each(['en', 'ru'] as const)('in %s', (language) => {
  const t = words[language];

  test('an export is made; what its target refuses for good is looked at and delivered once the target takes it', async () => {
    const { api, overTls } = installation();
    const receiver = await WebhookReceiver.start();
    onTestFinished(() => receiver.close());
    const registry = await api.createRegistry({ name: 'greenhouse' });
    const folder = registry['folderId'] as string;
    const password = makePassword();
    const { id } = await api.createDevice(registry.id, { password });
    const page = await signedInPage(setUp(), `/exports?folder=${folder}`, { language });
    await page.getByRole('button', { name: t.createExport }).click();
    await page.getByLabel(t.name, { exact: true }).fill('to-handler');
    await choose(page, t.source, 'greenhouse');
    await page.getByLabel(t.url, { exact: true }).fill(`${receiver.url}hook`);
    await page.getByRole('dialog').getByRole('button', { name: t.create, exact: true }).click();
    await page.getByRole('heading', { name: 'to-handler' }).waitFor();
    const exportId = new URL(page.url()).pathname.split('/').at(-1);
    await api.must('PATCH', `/ext/v1/exports/${exportId}`, {
      updateMask: 'retry',
      retry: { maxAttempts: 1 },
    });

    await page.getByRole('button', { name: t.actions, exact: true }).click();
    await page.getByRole('menuitem', { name: t.rotate }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.rotate }).click();
    const secret = await page.getByRole('dialog').locator('pre').innerText();
    expect(secret).toMatch(/^whsec_/);
    await page.locator('.g-button', { hasText: t.close }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);

    let isBroken = true;
    receiver.behave = ({ body }) => ({ status: isBroken && body.includes('cG9pc29u') ? 400 : 200 });
    const device = await connectMqtt({ ...overTls, username: id, password });
    await device.publish(`$devices/${id}/events`, 'poison');
    await page.goto(`${installation().apiUrl}/console/exports/${exportId}?tab=dead`);
    await expect
      .poll(
        async () => {
          await page.reload();
          await page.getByRole('heading', { level: 1 }).waitFor();
          return page.getByRole('button', { name: `$devices/${id}/events` }).count();
        },
        { interval: 1000 },
      )
      .toBe(1);
    await page.getByRole('button', { name: `$devices/${id}/events` }).click();
    await page.locator('pre', { hasText: 'poison' }).waitFor();
    isBroken = false;
    await page.getByRole('button', { name: t.redeliver, exact: true }).click();
    await receiver.until(
      () => receiver.requests.filter(({ body }) => body.includes('cG9pc29u')).length > 1,
      'it comes again',
    );
    await page.getByText(t.noDead).waitFor();
  });

  test('devices are imported from a file, after it was said what would become of each row', async () => {
    const { api } = installation();
    const registry = await api.createRegistry({ name: 'greenhouse' });
    const folder = registry['folderId'] as string;
    const page = await signedInPage(setUp(), `/import?folder=${folder}`, { language });
    await choose(page, t.registry, 'greenhouse');
    const csv = 'name,labels\npump,"{""site"":""north""}"\nfan,no JSON\n';
    await page
      .getByLabel(t.file)
      .setInputFiles({ name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    const listed = async () => {
      const found = await api.must('GET', `/iot-devices/v1/devices?registryId=${registry.id}`);
      return ((found.devices ?? []) as { name: string }[]).map(({ name }) => name);
    };
    await page.getByRole('button', { name: t.try, exact: true }).click();
    await page.locator('.tiles', { hasText: t.fresh }).waitFor();
    expect(await page.locator('.tiles dd').allInnerTexts()).toEqual(['1', '0', '0', '0', '1']);
    expect(await listed()).toEqual([]);
    await page.getByRole('button', { name: t.import, exact: true }).click();
    await expect.poll(listed).toEqual(['pump']);
  });

  test('a device moves in: its password is adopted, and all are seen', async () => {
    const { api, overTls } = installation();
    const registry = await api.createRegistry({ name: 'greenhouse' });
    const folder = registry['folderId'] as string;
    const { id } = await api.createDevice(registry.id, { name: 'pump' });
    const page = await signedInPage(setUp(), `/moving-in/${registry.id}?folder=${folder}`, { language });
    await page.getByRole('button', { name: t.adopt }).click();
    await page.getByRole('dialog').getByRole('button', { name: t.save }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const session = await connectMqtt({ ...overTls, username: id, password: makePassword() });
    onTestFinished(() => session.end());
    await page.reload();
    await page.getByText(t.adopted).waitFor();
    await page.goto(`${installation().apiUrl}/console/moving-in?folder=${folder}`);
    await page.getByText(t.allSeen).waitFor();
  });

  test('a viewer is made, who sees the folder and can change nothing', async () => {
    const { api, apiUrl } = installation();
    const registry = await api.createRegistry({ name: 'greenhouse' });
    const folder = registry['folderId'] as string;
    const admin = await signedInPage(setUp(), `/access?folder=${folder}`, { language });
    await admin.getByRole('button', { name: t.createAccount }).click();
    const name = `viewer-${Math.random().toString(36).slice(2)}`;
    await admin.getByLabel(t.name, { exact: true }).fill(name);
    await admin.keyboard.press('Enter');
    await admin.getByRole('link', { name }).click();
    await admin.getByRole('button', { name: t.giveRole }).click();
    await admin.getByRole('dialog').getByRole('button', { name: t.add, exact: true }).click();
    await admin.getByRole('dialog').waitFor({ state: 'detached' });
    await admin.getByRole('button', { name: t.makeKey }).click();
    await admin.getByLabel(t.description).fill('to look');
    await admin.keyboard.press('Enter');
    const secret = await admin.locator('.g-alert pre').innerText();

    const viewer = await newPage(apiUrl, { language });
    await viewer.goto(`${apiUrl}/console/registries`);
    await viewer.getByLabel(t.secret).fill(secret);
    await viewer.getByRole('button', { name: t.signIn, exact: true }).click();
    await viewer.getByRole('link', { name: 'greenhouse' }).waitFor();
    const create = viewer.getByRole('button', { name: t.createRegistry });
    expect(await create.isDisabled()).toBe(true);
    expect(await create.getAttribute('title')).toMatch(t.needs);
    const change = await fetch(`${apiUrl}/iot-devices/v1/registries`, {
      method: 'POST',
      headers: { authorization: `Api-Key ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ folderId: folder, name: 'mine' }),
    });
    expect(change.status).toBe(403);
  });
});
