/** Tabs of a browser that are signed in, and what they take. */
import { readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { Server } from '../../../bench/api/server.ts';

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--enable-precise-memory-info'],
  });

/** A context with the cookie of a session, and nothing in its cache. */
export async function signIn(browser: Browser, { origin, caller }: Server): Promise<BrowserContext> {
  const { signInCode } = JSON.parse(await caller.post('/ext/v1/signInCodes', {}));
  const first = await browser.newContext();
  const page = await first.newPage();
  await page.goto(`${origin}/console/settings#code=${signInCode}`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('banner').waitFor();
  const storageState = await first.storageState();
  await first.close();
  return browser.newContext({
    storageState,
    locale: 'en-GB',
    viewport: { width: 1280, height: 800 },
  });
}

/** In the page: when this is so and has been drawn, in ms since the navigation. */
export const whenDrawn = (condition: string) => `new Promise((resolve) => {
  const look = () => ${condition}
    ? requestAnimationFrame(() => resolve(performance.now()))
    : requestAnimationFrame(look);
  look();
})`;

/** Of the process that draws a page, in MiB: what it alone has, and its share of what several have. */
export async function memoryOf(page: Page): Promise<number> {
  const browser = page.context().browser();
  if (!browser) throw new Error('the browser is gone');
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  // Beside the renderers of pages there is one in reserve, which is small.
  return Math.max(
    ...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => proportionalMiB(id)),
  );
}

function proportionalMiB(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
}

export const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;

/** A line of the report: what was measured, and whether it is as fast or as small as it must be. */
export function report(what: string, value: number, atMost: number, unit: string): void {
  const isKept = value <= atMost;
  process.stdout.write(
    `| ${what} | ${Math.round(value)} ${unit} | ${atMost} ${unit} | ${isKept ? 'kept' : 'MISSED'} |\n`,
  );
  if (!isKept) process.exitCode = 1;
}
