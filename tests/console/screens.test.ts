/** Every screen in both languages and themes: it opens, keeps nobody out, complains of nothing, and fits. Pictures of all are kept. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './support/axe.ts';
import { useBrowser } from './support/browser.ts';
import { type Fleet, makeFleet } from './support/fleet.ts';
import { openScreen, screensOf } from './support/screens.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const folder =
  process.env['CONSOLE_SCREENSHOTS'] ?? join(repositoryRoot, 'tests/console/node_modules/.cache/screenshots');

let fleet: Fleet;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  fleet = await makeFleet(installation());
});

describe.each([
  ['en', 'light'],
  ['ru', 'dark'],
] as const)('in %s, %s', (language, theme) => {
  test('every screen opens, and keeps nobody out', async () => {
    const { api, apiUrl: origin } = installation();
    const page = await signedInPage({ api, origin }, '/registries', { language, theme });
    for (const [name, path] of Object.entries(screensOf(fleet))) {
      await openScreen(page, origin, path, fleet.folderId);
      await page.screenshot({ path: join(folder, `${name}-${language}-${theme}.png`) });
      await expectAccessible(page, name);
      expect.soft(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).toBe(true);
    }
  });

  test('at 360 px nothing is cut off the screen', async () => {
    const { api, apiUrl: origin } = installation();
    const page = await signedInPage({ api, origin }, '/registries', { language, theme, width: 360 });
    for (const [name, path] of Object.entries(screensOf(fleet))) {
      await openScreen(page, origin, path, fleet.folderId);
      expect.soft(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).toBe(true);
      await page.screenshot({ path: join(folder, `${name}-${language}-${theme}-360.png`) });
    }
  });
});
