/** Debian's Chromium, one for a file. Each test has a context of its own: cookies, storage, cache. */
import { existsSync } from 'node:fs';
import { patienceMs } from '@iotcore/testkit';
import { type Browser, type BrowserContext, chromium, type Page, type Request } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

let browser: Browser | undefined;

/** Of each page, what it waits for: calls and files, not streams, which never end. */
const awaited = new WeakMap<Page, Set<Request>>();

/** To be called once in a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    if (!existsSync(executablePath))
      throw new Error(`${executablePath} is not there: .ci/install-clients installs it, or set CHROMIUM`);
    // As root, which continuous integration often is, there is no sandbox to be had.
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());
}

export const themes = ['light', 'dark', 'light-hc', 'dark-hc'] as const;
export type Theme = (typeof themes)[number];

export interface PageOptions {
  readonly language?: 'en' | 'ru';
  readonly theme?: Theme;
  readonly width?: number;
  /** Messages on the browser's console that a test provokes. */
  readonly allowed?: RegExp;
}

async function newContext({
  language = 'en',
  theme = 'light',
  width = 1280,
}: PageOptions = {}): Promise<BrowserContext> {
  if (!browser) throw new Error('useBrowser() was not called');
  const context = await browser.newContext({
    locale: language === 'ru' ? 'ru-RU' : 'en-GB',
    timezoneId: 'UTC',
    colorScheme: theme.startsWith('dark') ? 'dark' : 'light',
    contrast: theme.endsWith('-hc') ? 'more' : 'no-preference',
    viewport: { width, height: 800 },
    // That of the tests is signed by their own authority.
    ignoreHTTPSErrors: true,
  });
  context.setDefaultTimeout(patienceMs);
  onTestFinished(() => context.close());
  return context;
}

/** A page that must not complain: no error on its console, no breach of its policy, no request to anywhere else. */
export async function newPage(
  origin: string,
  options: PageOptions = {},
  context?: BrowserContext,
): Promise<Page> {
  const page = await (context ?? (await newContext(options))).newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (
      !request.url().startsWith(origin) &&
      !request.url().startsWith('data:') &&
      !request.url().startsWith('blob:')
    )
      complaints.push(`asked ${request.url()}`);
  });
  const asked = new Set<Request>();
  awaited.set(page, asked);
  page.on('request', (request) => request.resourceType() !== 'eventsource' && asked.add(request));
  for (const end of ['requestfinished', 'requestfailed'] as const)
    page.on(end as 'requestfinished', (request) => asked.delete(request));
  onTestFinished(() => {
    const left = complaints.filter((text) => !options.allowed?.test(text));
    expect(left, 'complaints of the page').toEqual([]);
  });
  return page;
}

/** Frames in which a page that has what it asked for begins to ask for more, if it does. */
const framesMs = 150;

/** Waits until the page has all that it asked for, and has drawn it. */
export async function untilDrawn(page: Page): Promise<void> {
  const asked = awaited.get(page);
  do {
    await expect
      .poll(() => asked?.size, { interval: 20, message: 'answers that the page waits for' })
      .toBe(0);
    await page.evaluate(`new Promise((done) => {
      const began = performance.now();
      const look = () => (performance.now() - began < ${framesMs} ? requestAnimationFrame(look) : done());
      look();
    })`);
  } while (asked?.size !== 0);
}
