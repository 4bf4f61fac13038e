/**
 * The results that the page shows: the last full run of each scenario, kept in docs/resilience.json. A run of some
 * scenarios renews their rows and no others.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit/faults';
import { type Entry, toMarkdown } from './report.ts';

const data = resolve(repositoryRoot, 'docs/resilience.json');
const page = resolve(repositoryRoot, 'docs/resilience.md');
/** Between these marks the page is generated. */
const [begin, end] = ['<!-- chaos: begin -->', '<!-- chaos: end -->'];

/** Puts the entries in the place of older ones. `order`: the scenarios that there are, as the table shows them. */
export async function keepResults(entries: readonly Entry[], order: readonly string[]): Promise<void> {
  const byId = new Map((await readResults()).map((entry) => [entry.id, entry]));
  for (const entry of entries) byId.set(entry.id, entry);
  const kept = order.flatMap((id) => byId.get(id) ?? []);
  await writeFile(data, `${JSON.stringify(kept, withInfinity, 2)}\n`);
  await writePage(kept);
}

async function readResults(): Promise<Entry[]> {
  const text = await readFile(data, 'utf8').catch(() => '[]');
  return JSON.parse(text, (_key, value) => (value === 'never' ? Number.POSITIVE_INFINITY : value)) as Entry[];
}

/** JSON has no Infinity. */
function withInfinity(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'never' : value;
}

async function writePage(entries: readonly Entry[]): Promise<void> {
  const text = await readFile(page, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} lacks the marks of the table`);
  await writeFile(page, `${before}${begin}\n\n${toMarkdown(entries)}\n${end}${after}`);
}
