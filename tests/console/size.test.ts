/** What the browser has to load before anything is seen, and in all: in bytes, as they are sent. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { useBrowser } from './support/browser.ts';
import { signedInPage } from './support/sign-in.ts';

useBrowser();
const installation = sharedInstallation();
const kib = 1024;

/** As a server that compresses well would send it. */
const weightOf = (bytes: Buffer) => gzipSync(bytes, { level: 9 }).length;

test('the first screen needs at most 300 KiB of scripts and 40 KiB of styles', async () => {
  const { api, apiUrl: origin } = installation();
  const { signedIn, loaded } = await load({ api, origin });
  await signedIn.getByRole('button', { name: 'Create a registry' }).waitFor();
  const sum = (ending: string) =>
    [...loaded]
      .filter(([path]) => path.endsWith(ending))
      .reduce((total, [, bytes]) => total + weightOf(bytes), 0);
  expect(sum('.js')).toBeGreaterThan(100 * kib);
  expect(sum('.js')).toBeLessThanOrEqual(300 * kib);
  expect(sum('.css')).toBeGreaterThan(kib);
  expect(sum('.css')).toBeLessThanOrEqual(40 * kib);
});

async function load(setUp: Parameters<typeof signedInPage>[0]) {
  const signedIn = await signedInPage(setUp, '/registries');
  const loaded = new Map<string, Buffer>();
  const reading: Promise<unknown>[] = [];
  signedIn.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith('/console/'))
      reading.push(
        response.body().then(
          (bytes) => loaded.set(pathname, bytes),
          () => undefined,
        ),
      );
  });
  // Signed in already, and all from the server.
  const session = await signedIn.context().newCDPSession(signedIn);
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  await signedIn.reload();
  await signedIn.getByRole('heading', { level: 1 }).waitFor();
  await Promise.all(reading);
  return { signedIn, loaded };
}

test('all scripts together have at most 500 KiB', () => {
  const folder = join(repositoryRoot, 'apps/console/dist/assets');
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'));
  const sum = scripts.reduce((total, name) => total + weightOf(readFileSync(join(folder, name))), 0);
  expect(scripts.length).toBeGreaterThan(10);
  expect(sum).toBeLessThanOrEqual(500 * kib);
});

test('of a page of 50 devices the list has 50 rows, however many there are', async () => {
  const { api, apiUrl: origin } = installation();
  const registry = await api.createRegistry({ name: 'greenhouse' });
  for (let at = 0; at < 120; at++) await api.createDevice(registry.id, { name: `pump-${at}` });
  const page = await signedInPage({ api, origin }, `/registries/${registry.id}`);
  const rows = page.locator('main tbody tr');
  const ids = async () => (await page.locator('main tbody .identifier code').allInnerTexts()).sort();
  await expect.poll(() => rows.count()).toBe(50);
  const first = await ids();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect.poll(async () => (await ids())[0] !== first[0]).toBe(true);
  const second = await ids();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect.poll(() => rows.count()).toBe(20);
  const third = await ids();
  expect(new Set([...first, ...second, ...third]).size).toBe(120);
});
