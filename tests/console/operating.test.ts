/** What people who run a fleet come for: exports, imports, moving in, who may do what. In both languages. */
import { connectMqtt, makePassword, sharedInstallation, WebhookReceiver } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newPage, useBrowser } from './support/browser.ts';
import { hands, languagesAndWays } from './support/hands.ts';
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

describe.each(languagesAndWays)('in %s, by %s', (language, way) => {
  const t = words[language];
  const { press, write, choose, give } = hands[way];

  test('an export is made; what its target refuses for good is looked at and delivered once the target takes it', async () => {
    const { api, overTls } = installation();
    const receiver = await WebhookReceiver.start();
    onTestFinished(() => receiver.close());
    const registry = await api.createRegistry({ name: 'greenhouse' });
    const folder = registry['folderId'] as string;
    const password = makePassword();
    const { id } = await api.createDevice(registry.id, { password });
    const page = await signedInPage(setUp(), `/exports?folder=${folder}`, { language });
    await press(page.getByRole('button', { name: t.createExport }));
    await write(page.getByLabel(t.name, { exact: true }), 'to-handler');
    await choose(page.getByRole('combobox', { name: t.source }), 'greenhouse');
    await write(page.getByLabel(t.url, { exact: true }), `${receiver.url}hook`);
    await press(page.getByRole('dialog').getByRole('button', { name: t.create, exact: true }));
    await page.getByRole('heading', { name: 'to-handler' }).waitFor();
    const exportId = new URL(page.url()).pathname.split('/').at(-1);
    await api.must('PATCH', `/ext/v1/exports/${exportId}`, {
      updateMask: 'retry',
      retry: { maxAttempts: 1 },
    });

    await press(page.getByRole('button', { name: t.actions, exact: true }));
    await press(page.getByRole('menuitem', { name: t.rotate }));
    await press(page.getByRole('dialog').getByRole('button', { name: t.rotate }));
    const secret = await page.getByRole('dialog').locator('pre').innerText();
    expect(secret).toMatch(/^whsec_/);
    await press(page.getByRole('dialog').getByRole('button', { name: t.close }));
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
    await press(page.getByRole('button', { name: `$devices/${id}/events` }));
    await page.locator('pre', { hasText: 'poison' }).waitFor();
    isBroken = false;
    await press(page.getByRole('button', { name: t.redeliver, exact: true }));
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
    await choose(page.getByRole('combobox', { name: t.registry }), 'greenhouse');
    const csv = 'name,labels\npump,"{""site"":""north""}"\nfan,no JSON\n';
    await give(page.getByLabel(t.file), {
      name: 'devices.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csv),
    });
    const listed = async () => {
      const found = await api.must('GET', `/iot-devices/v1/devices?registryId=${registry.id}`);
      return ((found.devices ?? []) as { name: string }[]).map(({ name }) => name);
    };
    await press(page.getByRole('button', { name: t.try, exact: true }));
    await page.locator('.tiles', { hasText: t.fresh }).waitFor();
    expect(await page.locator('.tiles dd').allInnerTexts()).toEqual(['1', '0', '0', '0', '1']);
    expect(await listed()).toEqual([]);
    await press(page.getByRole('button', { name: t.import, exact: true }));
    await expect.poll(listed).toEqual(['pump']);
  });

  test('a device moves in: its password is adopted, and all are seen', async () => {
    const { api, overTls } = installation();
    const registry = await api.createRegistry({ name: 'greenhouse' });
    const folder = registry['folderId'] as string;
    const { id } = await api.createDevice(registry.id, { name: 'pump' });
    const page = await signedInPage(setUp(), `/moving-in/${registry.id}?folder=${folder}`, { language });
    await press(page.getByRole('button', { name: t.adopt }));
    await press(page.getByRole('dialog').getByRole('button', { name: t.save }));
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
    await press(admin.getByRole('button', { name: t.createAccount }));
    const name = `viewer-${Math.random().toString(36).slice(2)}`;
    await write(admin.getByLabel(t.name, { exact: true }), name);
    await admin.keyboard.press('Enter');
    await press(admin.getByRole('link', { name }));
    await press(admin.getByRole('button', { name: t.giveRole }));
    await press(admin.getByRole('dialog').getByRole('button', { name: t.add, exact: true }));
    await admin.getByRole('dialog').waitFor({ state: 'detached' });
    await press(admin.getByRole('button', { name: t.makeKey }));
    await write(admin.getByLabel(t.description), 'to look');
    await admin.keyboard.press('Enter');
    const secret = await admin.locator('.g-alert pre').innerText();

    const viewer = await newPage(apiUrl, { language });
    await viewer.goto(`${apiUrl}/console/registries`);
    await write(viewer.getByLabel(t.secret), secret);
    await press(viewer.getByRole('button', { name: t.signIn, exact: true }));
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
