/** Every dialog, in each theme: it keeps nobody out, takes the focus, and gives it back to what opened it. */
import { connectMqtt, sharedInstallation } from '@iotcore/testkit';
import type { Locator, Page, Request } from 'playwright-core';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { expectAccessible } from './support/axe.ts';
import { useBrowser } from './support/browser.ts';
import { type Fleet, makeFleet } from './support/fleet.ts';
import { hasFocus, holdsFocus } from './support/focus.ts';
import { openScreen } from './support/screens.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();

let fleet: Fleet;
beforeAll(async () => {
  fleet = await makeFleet(installation());
});

/** On a screen: the buttons that open a dialog, and what is chosen of the menu “Actions”. */
type Openers = readonly [path: string, buttons: readonly (string | RegExp)[], items?: readonly string[]];

function dialogs({ registryId, deviceId, brokerId, accountId, exportId }: Fleet): readonly Openers[] {
  const owned = ['Edit'];
  return [
    ['/registries', ['Create a registry']],
    ['/brokers', ['Create a broker']],
    [`/registries/${registryId}`, ['Create a device', ...owned], ['Disable', 'Delete']],
    [
      `/devices/${deviceId}`,
      ['Send a command', 'Set the config', 'Disconnect', ...owned],
      ['Disable', 'Delete'],
    ],
    [`/devices/${deviceId}?tab=credentials`, ['Add a password', 'Add a certificate', 'Delete']],
    [`/devices/${deviceId}?tab=stored`, ['Set a value', 'Set', 'Clear']],
    [`/brokers/${brokerId}`, owned, ['Disable', 'Delete']],
    ['/exports', ['Create an export']],
    [`/exports/${exportId}`, [], ['Edit', 'Replay', 'Skip', 'Delete']],
    [`/moving-in/${registryId}`, ['Adopt passwords']],
    ['/access', ['Create a service account']],
    ['/access?tab=sessions', ['Sign out everywhere']],
    [`/access/${accountId}`, ['Give a role', 'Make an API key', 'Add an authorised key', 'Delete']],
    ['/settings', ['Keyboard']],
  ];
}

async function expectGoodDialog(page: Page, what: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await expectAccessible(page, what);
  expect.soft(await dialog.getAttribute('aria-labelledby'), what).not.toBeNull();
  await expect.poll(() => holdsFocus(dialog), { message: `${what}: focus inside` }).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

async function expectFocus(target: Locator, what: string): Promise<void> {
  await expect.poll(() => hasFocus(target), { message: `${what} has the focus` }).toBe(true);
}

test('every dialog keeps nobody out in any theme, and gives the focus back', async () => {
  const { api, apiUrl: origin, overTls } = installation();
  const session = await connectMqtt({ ...overTls, username: fleet.deviceId, password: fleet.password });
  onTestFinished(() => session.end());
  const page = await signedInPage({ api, origin }, '/registries');
  for (const [path, buttons, items = []] of dialogs(fleet)) {
    await openScreen(page, origin, path, fleet.folderId);
    for (const name of buttons) {
      const opener = page.getByRole('button', { name, exact: true }).and(page.locator(':enabled')).first();
      await opener.focus();
      await page.keyboard.press('Enter');
      await expectGoodDialog(page, `${path} ${name}`);
      await expectFocus(opener, `${path} ${name}`);
    }
    for (const [at, name] of items.entries()) {
      const menu = page.getByRole('button', { name: 'Actions', exact: true });
      await menu.focus();
      await page.keyboard.press('Enter');
      const item = page.getByRole('menuitem', { name, exact: true });
      await item.waitFor();
      if (at === 0) await expectAccessible(page, `${path} menu`);
      await item.click();
      await expectGoodDialog(page, `${path} ${name}`);
      await expectFocus(menu, `${path} ${name}`);
    }
  }
});

test('what the bar opens keeps nobody out either', async () => {
  const { api, apiUrl: origin } = installation();
  for (const n of Array(30).keys()) {
    await api.must('POST', '/iot-devices/v1/registries', { folderId: `another-${n}`, name: 'a-registry' });
  }
  const page = await signedInPage({ api, origin }, `/registries?folder=${fleet.folderId}`);
  for (const name of ['Theme', 'Account admin']) {
    await page.getByRole('banner').getByRole('button', { name, exact: true }).press('Enter');
    await page.getByRole('menuitem').first().waitFor();
    await expectAccessible(page, name);
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem').first().waitFor({ state: 'detached' });
  }
  const folders = page.getByRole('combobox', { name: 'Folder' });
  await folders.press('Enter');
  await page.getByRole('option').first().waitFor();
  await expectAccessible(page, 'folders');
  await expectReachedByKeys(page);
  await page.keyboard.press('Escape');
  await page.getByRole('option').first().waitFor({ state: 'detached' });
  // It gives the focus back when it goes, which must not come after the key.
  await expectFocus(folders, 'folders');
  await page.keyboard.press('Control+k');
  await expectFocus(page.locator('#search'), 'search');
  await page.keyboard.type('green');
  await page
    .getByRole('link', { name: /greenhouse/ })
    .first()
    .waitFor();
  await expectAccessible(page, 'search');
});

/** The options of the list that is open, more than it shows at once, come into sight as the keys walk through it. */
async function expectReachedByKeys(page: Page) {
  const options = page.getByRole('option');
  for (const [key, wanted, left] of [
    ['ArrowDown', options.last(), options.first()],
    ['ArrowUp', options.first(), options.last()],
  ] as const) {
    const most = await options.count();
    let steps = 0;
    while (steps < most && !(await isInSight(wanted))) {
      await page.keyboard.press(key);
      steps++;
    }
    expect(steps, key).toBeLessThan(most);
    expect(await isInSight(left), key).toBe(false);
  }
}

async function isInSight(option: Locator): Promise<boolean> {
  const [own, around] = await Promise.all([
    option.boundingBox(),
    option.page().locator('[data-qa="select-list"]').boundingBox(),
  ]);
  if (!own || !around) throw new Error('nothing is shown');
  return own.y >= around.y - 1 && own.y + own.height <= around.y + around.height + 1;
}

test('a button that waits for its answer shows so only once that is late, and asks once', async () => {
  const { api, apiUrl: origin } = installation();
  const page = await signedInPage({ api, origin }, '/registries');
  await page.getByRole('button', { name: 'Create a registry', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('late');
  const asked = new Map<Request, () => void>();
  await page.route(
    ({ pathname }) => pathname.endsWith('/registries'),
    (route, request) =>
      request.method() === 'POST'
        ? new Promise<void>((go) => asked.set(request, go)).then(() => route.continue())
        : route.continue(),
  );
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
  const create = dialog.getByRole('button', { name: 'Create', exact: true });
  await create.click();
  await page.clock.runFor(1);
  await page.locator('[aria-busy=true]').waitFor();
  await page.clock.runFor(250);
  expect(await page.locator('.g-button_loading').count()).toBe(0);
  await create.click();
  await page.clock.runFor(60);
  await page.locator('.g-button_loading').waitFor();
  await expect.poll(() => asked.size).toBe(1);
  await page.clock.resume();
  for (const go of asked.values()) go();
  await dialog.waitFor({ state: 'detached' });
});
