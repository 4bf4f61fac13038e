/** Every screen in both languages and themes: it opens, keeps nobody out, complains of nothing, and fits. Pictures of all are kept. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectAccessible } from './support/axe.ts';
import { useBrowser } from './support/browser.ts';
import { makeFleet } from './support/fleet.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const folder =
  process.env['CONSOLE_SCREENSHOTS'] ?? join(repositoryRoot, 'tests/console/node_modules/.cache/screenshots');

let fleet: Awaited<ReturnType<typeof makeFleet>>;
beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  fleet = await makeFleet(installation());
});

/** Of each screen its address. */
function screens(): Record<string, string> {
  const { registryId, deviceId, brokerId, accountId, exportId } = fleet;
  const tabs = (path: string, names: readonly string[]) =>
    Object.fromEntries(names.map((tab) => [`${path.split('/')[1]}-${tab}`, `${path}?tab=${tab}`]));
  return {
    ...{
      overview: '/',
      start: '/start',
      registries: '/registries',
      devices: '/devices',
      brokers: '/brokers',
    },
    ...{
      refusals: '/log',
      exports: '/exports',
      'moving-in': '/moving-in',
      audit: '/audit',
      access: '/access',
    },
    ...{
      import: '/import',
      'moving-in-registry': `/moving-in/${registryId}`,
      account: `/access/${accountId}`,
      broker: `/brokers/${brokerId}`,
      settings: '/settings',
      nodes: '/nodes',
      export: `/exports/${exportId}`,
      'access-sessions': '/access?tab=sessions',
    },
    ...{
      'access-roles': '/access?tab=roles',
      'settings-installation': '/settings?tab=installation',
      'settings-licences': '/settings?tab=licences',
    },
    ...tabs(`/registries/${registryId}`, [
      'devices',
      'summary',
      'credentials',
      'live',
      'log',
      'stored',
      'aliases',
      'operations',
    ]),
    ...tabs(`/devices/${deviceId}`, [
      'status',
      'live',
      'stored',
      'credentials',
      'aliases',
      'log',
      'operations',
    ]),
    ...tabs(`/exports/${exportId}`, ['dead', 'attempts']),
  };
}

async function open(page: Page, origin: string, path: string): Promise<void> {
  const joint = path.includes('?') ? '&' : '?';
  await page.goto(`${origin}/console${path}${joint}folder=${fleet.folderId}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForTimeout(400);
}

describe.each([
  ['en', 'light'],
  ['ru', 'dark'],
] as const)('in %s, %s', (language, theme) => {
  test('every screen opens, and keeps nobody out', async () => {
    const { api, apiUrl: origin } = installation();
    const page = await signedInPage({ api, origin }, '/registries', { language, theme });
    for (const [name, path] of Object.entries(screens())) {
      await open(page, origin, path);
      await page.screenshot({ path: join(folder, `${name}-${language}-${theme}.png`) });
      await expectAccessible(page, name);
      expect.soft(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).toBe(true);
    }
  });

  test('at 360 px nothing is cut off the screen', async () => {
    const { api, apiUrl: origin } = installation();
    const page = await signedInPage({ api, origin }, '/registries', { language, theme, width: 360 });
    for (const [name, path] of Object.entries(screens())) {
      await open(page, origin, path);
      expect.soft(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), name).toBe(true);
      await page.screenshot({ path: join(folder, `${name}-${language}-${theme}-360.png`) });
    }
  });
});
