/** What somebody waits for who opens the console, and then goes from section to section. */
import type { Browser } from 'playwright-core';
import type { Server } from '../../../bench/api/server.ts';
import { median, report, signIn, whenDrawn } from './tab.ts';

const rounds = 5;
const sections = [
  ...[
    'Overview',
    'Devices',
    'Brokers',
    'Refusals',
    'Exports',
    'Moving in',
    'Import',
    'Nodes',
    'Audit',
    'Access',
  ],
  'Settings',
];
const rowsAreThere = `document.querySelector('main tbody tr')`;

export async function measureFirstLoad(browser: Browser, server: Server, folderId: string): Promise<void> {
  const paints: number[] = [];
  const rows: number[] = [];
  const later: { readonly name: string; readonly ms: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const context = await signIn(browser, server);
    const page = await context.newPage();
    await page.goto(`${server.origin}/console/registries?folder=${folderId}`, { waitUntil: 'commit' });
    rows.push(await page.evaluate<number>(whenDrawn(rowsAreThere)));
    paints.push(
      await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0].startTime`),
    );
    for (const name of sections) {
      const ms = await page.evaluate<number>(`(async () => {
        const link = [...document.querySelectorAll('nav a')].find((one) => one.textContent === ${JSON.stringify(name)});
        const began = performance.now();
        link.click();
        const title = () => document.querySelector('main h1')?.textContent === ${JSON.stringify(name)};
        const content = () => document.querySelector('main :is(table, form, .empty, .filters, .tiles dd, .field, .drop, [role=tab])');
        return (await ${whenDrawn('title() && content()')}) - began;
      })()`);
      later.push({ name, ms });
    }
    await context.close();
  }
  report(`first contentful paint, cold, median of ${rounds}`, median(paints), 1000, 'ms');
  report(`first rows of a list, cold, median of ${rounds}`, median(rows), 1500, 'ms');
  const bySection = sections.map((name) => ({
    name,
    ms: median(later.filter((one) => one.name === name).map(({ ms }) => ms)),
  }));
  const slowest = bySection.toSorted((a, b) => b.ms - a.ms)[0];
  report(
    `a section opened for the first time, median of ${rounds}, the slowest: ${slowest?.name}`,
    slowest?.ms ?? Number.NaN,
    300,
    'ms',
  );
}
