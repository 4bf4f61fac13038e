/** What people come for, from beginning to end, in both languages. */
import { connectMqtt, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { useBrowser } from './support/browser.ts';
import { hands, languagesAndWays } from './support/hands.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const setUp = () => ({ api: installation().api, origin: installation().apiUrl });
const newFolder = () => `journey-${Math.random().toString(36).slice(2)}`;

const words = {
  en: {
    ...{
      registry: 'Name of the registry',
      device: 'Name of the device',
      create: 'Create',
      arrived: 'It arrived',
    },
    ...{ addPassword: 'Add a password', generate: 'Generate a password', close: 'Close', confirm: 'Delete' },
    ...{ credentials: 'Credentials', command: 'Send a command', send: 'Send', payload: 'Payload' },
    ...{ advice: /make a new password/, deletion: 'Delete', signOut: 'Sign out everywhere' },
  },
  ru: {
    ...{ registry: 'Имя реестра', device: 'Имя устройства', create: 'Создать', arrived: 'Пришло' },
    ...{
      addPassword: 'Добавить пароль',
      generate: 'Сгенерировать пароль',
      close: 'Закрыть',
      confirm: 'Удалить',
    },
    ...{
      credentials: 'Учётные данные',
      command: 'Отправить команду',
      send: 'Отправить',
      payload: 'Содержимое',
    },
    ...{ advice: /создайте новый пароль/, deletion: 'Удалить', signOut: 'Выйти везде' },
  },
} as const;

describe.each(languagesAndWays)('in %s, by %s', (language, way) => {
  const t = words[language];
  const { press, write } = hands[way];

  test('four steps lead to the first message of the first device', async () => {
    const page = await signedInPage(setUp(), `/start?folder=${newFolder()}`, { language });
    await write(page.getByLabel(t.registry), 'first');
    await page.keyboard.press('Enter');
    await write(page.getByLabel(t.device), 'thermometer');
    await press(page.getByRole('button', { name: t.create, exact: true }).and(page.locator(':enabled')));
    const command = await page.locator('pre').first().innerText();
    const [, username = '', password = '', topic = ''] =
      /-u (\S+) -P '([^']+)' .*-t '([^']+)'/.exec(command) ?? [];
    const device = await connectMqtt({ ...installation().overTls, username, password });
    // Again until the page listens, which no screen says to the device.
    const sending = setInterval(() => void device.publish(topic, '{"t":21.5}').catch(() => undefined), 500);
    try {
      await page.getByText(t.arrived).waitFor();
    } finally {
      clearInterval(sending);
    }
    await page.getByText('"t": 21.5').waitFor();
  });

  test('a device that is refused is told why, gets a new password, and connects', async () => {
    const { api, overTls } = installation();
    const { id: registryId } = await api.createRegistry({ name: 'greenhouse' });
    const { id } = await api.createDevice(registryId, { name: 'pump' });
    const wrong = { ...overTls, username: id, password: 'Wrong-Horse-7-Battery' };
    await expect(connectMqtt(wrong)).rejects.toThrow();
    const page = await signedInPage(setUp(), `/devices/${id}`, { language });
    await page.getByText(t.advice).waitFor();
    await press(page.getByRole('tab', { name: t.credentials }));
    await press(page.getByRole('button', { name: t.addPassword }));
    await press(page.getByRole('button', { name: t.generate }));
    const password = await page.getByRole('dialog').locator('pre').innerText();
    await press(page.getByRole('dialog').getByRole('button', { name: t.close }));
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(password);
    const device = await connectMqtt({ ...overTls, username: id, password });

    expect(await device.subscribe(`$devices/${id}/commands`)).not.toContain(0x80);
    await press(page.getByRole('button', { name: t.command }));
    await write(page.getByLabel(t.payload), 'on');
    await press(page.getByRole('button', { name: t.send, exact: true }));
    expect((await device.messages.next()).payload.toString()).toBe('on');
  });

  test('a user who signs out everywhere is signed out of the other browser, too', async () => {
    const allowed = /status of 401/;
    const other = await signedInPage(setUp(), '/registries', { language, allowed });
    const page = await signedInPage(setUp(), '/access?tab=sessions', { language, allowed });
    await press(page.getByRole('button', { name: t.signOut }));
    await press(page.getByRole('dialog').getByRole('button', { name: t.signOut }));
    await page.getByRole('dialog', { name: /IoT Core/ }).waitFor();
    await other.reload();
    await other.getByRole('heading', { name: /IoT Core/ }).waitFor();
  });
});
