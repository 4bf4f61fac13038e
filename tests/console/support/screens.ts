/** Where each screen is, of a folder with something on every one. */
import type { Page } from 'playwright-core';
import { untilDrawn } from './browser.ts';
import type { Fleet } from './fleet.ts';

/** Of each screen its address. */
export function screensOf({
  registryId,
  deviceId,
  brokerId,
  accountId,
  exportId,
}: Fleet): Record<string, string> {
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
      'settings-effective': '/settings?tab=effective',
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
      'exports',
      'adoption',
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

/** Opens a screen of the console, and waits until it is there. */
export async function openScreen(page: Page, origin: string, path: string, folderId: string): Promise<void> {
  const joint = path.includes('?') ? '&' : '?';
  await goTo(page, `${origin}/console${path}${joint}folder=${folderId}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await untilDrawn(page);
  await page.locator('main .outline').waitFor({ state: 'detached' });
  await page.locator('main .charts:not(:has(canvas))').waitFor({ state: 'detached' });
}

/** As a link of the console does, which loads nothing again. */
export async function goTo(page: Page, url: string): Promise<void> {
  await page.evaluate(`history.pushState(null, '', ${JSON.stringify(url)})`);
}
