/** A registry of very many devices, read while others are created: times until the page has drawn, and what is missed or shown twice. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { fill } from '../../../bench/api/fill.ts';
import type { Server } from '../../../bench/api/server.ts';
import { median, memoryOf, report, signIn } from './tab.ts';

const pages = 50;
const createdPerSecond = 100;
const mostMs = 300;
/** Of other registries, so that indexes have what they would have. */
const others = 9;

export interface DeviceCounts {
  readonly ofRegistry: number;
  readonly ofInstallation: number;
}

export async function measureDevices(
  browser: Browser,
  server: Server,
  folderId: string,
  { ofRegistry, ofInstallation }: DeviceCounts,
): Promise<void> {
  const { caller, pool, origin } = server;
  const create = async () =>
    JSON.parse(await caller.post('/iot-devices/v1/registries', { folderId })).response.id as string;
  const registryId = await create();
  await fill(pool, registryId, folderId, ofRegistry);
  const each = Math.floor((ofInstallation - ofRegistry) / others);
  for (let n = 0; n < others && each > 0; n += 1)
    await fill(pool, await create(), folderId, each, ofRegistry + 1 + n * each);
  const context = await signIn(browser, server);
  const page = await context.newPage();
  await page.goto(`${origin}/console/registries/${registryId}?folder=${folderId}`);
  await page.locator('main tbody tr').nth(49).waitFor();

  const stop = new AbortController();
  const creating = createSteadily(server, registryId, stop.signal);
  const before = await idsOf(server, registryId);
  const forward = await walk(page, 'Next');
  const back = await walk(page, 'Previous');
  await page.getByRole('button', { name: 'First' }).click();
  report(`the next page, median of ${pages}`, median(forward.times), mostMs, 'ms');
  report(`the next page, of ${pages} the slowest`, Math.max(...forward.times), mostMs, 'ms');
  report(`the page before, of ${pages} the slowest`, Math.max(...back.times), mostMs, 'ms');
  report('devices shown twice on the way', twice(forward.ids) + twice(back.ids), 0, '');
  const reached = forward.ids.toSorted().at(-1) ?? '';
  // Those that were created meanwhile take places: so many pages back lead not quite to the beginning.
  const missed = (seen: readonly string[]) => {
    const there = new Set(seen);
    const first = seen.toSorted()[0] ?? '';
    return before.filter((id) => id >= first && id <= reached && !there.has(id)).length;
  };
  report('devices missed on the way there', missed(forward.ids), 0, '');
  report('devices missed on the way back', missed([...back.ids, ...forward.ids.slice(-50)]), 0, '');

  const name = `device-${Math.floor(ofRegistry * 0.7)}`;
  const field = page.getByLabel('Name begins with');
  await field.fill(name);
  report(
    'a name in the filter, until its row is there',
    await timeKey(page, 'Enter', rowsSay(name)),
    mostMs,
    'ms',
  );
  await field.fill('');
  await page.keyboard.press('Enter');
  await page.locator('main tbody tr').nth(49).waitFor();
  await page.locator('#search').fill(name.slice(0, -1));
  await page.locator('.search__hits a').first().waitFor();
  report(
    'the last letter of a name in the search, until it is found',
    await timeKey(
      page,
      name.slice(-1),
      `document.querySelector('.search__hits a span')?.textContent === '${name}'`,
    ),
    mostMs,
    'ms',
  );
  report(
    'that device, until its page is there',
    await timeKey(page, 'Enter', `document.querySelector('main h1')?.textContent === '${name}'`),
    mostMs,
    'ms',
  );
  stop.abort();
  const created = await creating;
  process.stdout.write(`| devices created meanwhile, a second | ${created.toFixed(0)} | | |\n`);
  report('memory of the tab', await memoryOf(page), 200, 'MiB');
  await context.close();
}

const rowsSay = (name: string) =>
  `[...document.querySelectorAll('main tbody tr')].every((row) => row.textContent.startsWith('${name}'))`;

/** Presses a key, and says how long it takes until this is so and drawn. */
async function timeKey(page: Page, key: string, condition: string): Promise<number> {
  const taken = page.evaluate<number>(`new Promise((resolve) => {
    addEventListener('keydown', ({ timeStamp }) => {
      const look = () => ${condition}
        ? requestAnimationFrame(() => resolve(performance.now() - timeStamp))
        : requestAnimationFrame(look);
      look();
    }, { capture: true, once: true });
  })`);
  // The listener is there before the key is.
  await page.evaluate('0');
  await page.keyboard.press(key);
  return taken;
}

/** From page to page by a button: the IDs that were shown, and how long each page took. */
async function walk(page: Page, button: string) {
  return page.evaluate<{ ids: string[]; times: number[] }>(`(async () => {
    const shown = () => [...document.querySelectorAll('main tbody .identifier code')].map((one) => one.textContent);
    const ids = ${button === 'Next' ? 'shown()' : '[]'};
    const times = [];
    for (let n = 0; n < ${pages}; n += 1) {
      const before = shown()[0];
      const began = performance.now();
      [...document.querySelectorAll('.pager button')].find((one) => one.textContent === '${button}').click();
      await new Promise((resolve) => {
        const look = () => (shown()[0] === before ? requestAnimationFrame(look) : requestAnimationFrame(resolve));
        look();
      });
      times.push(performance.now() - began);
      ids.push(...shown());
    }
    return { ids, times };
  })()`);
}

const twice = (ids: readonly string[]) => ids.length - new Set(ids).size;

async function idsOf({ pool }: Server, registryId: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT id FROM devices WHERE registry_id = $1 ORDER BY id COLLATE "C" LIMIT $2',
    [registryId, 50 * (pages + 2)],
  );
  return rows.map(({ id }) => id);
}

/** Creates devices at a rate until it is told to stop, and says at which it did. */
async function createSteadily({ caller }: Server, registryId: string, stop: AbortSignal): Promise<number> {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const under: Promise<unknown>[] = [];
  let count = 0;
  while (!stop.aborted) {
    for (; count < seconds() * createdPerSecond; count += 1)
      under.push(caller.post('/iot-devices/v1/devices', { registryId, name: `new-${count}` }));
    await pause(20);
  }
  await Promise.all(under);
  return count / seconds();
}
