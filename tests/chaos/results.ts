/**
 * The results that the page shows: the last full run of each scenario, a line each in docs/resilience.ndjson. A run of some
 * scenarios renews their rows and no others.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { repositoryRoot } from '@iotcore/testkit/faults';
import { keepSection } from '../../bench/report/section.ts';
import { type Entry, toMarkdown } from './report.ts';

const data = resolve(repositoryRoot, 'docs/resilience.ndjson');

/** Scenarios that run side by side may end at the same time. */
let writing: Promise<unknown> = Promise.resolve();

/** Puts the entry in the place of an older one. `order`: the scenarios that there are, as the table shows them. */
export function keepResult(entry: Entry, order: readonly string[]): Promise<unknown> {
  writing = writing.then(() => write(entry, order));
  return writing;
}

async function write(entry: Entry, order: readonly string[]): Promise<void> {
  const byId = new Map((await readResults()).map((kept) => [kept.id, kept]));
  byId.set(entry.id, entry);
  const kept = order.flatMap((id) => byId.get(id) ?? []);
  await writeFile(data, kept.map((one) => `${JSON.stringify(one, withInfinity)}\n`).join(''));
  await keepSection('docs/resilience.md', 'chaos', toMarkdown(kept));
}

async function readResults(): Promise<Entry[]> {
  const text = await readFile(data, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line, toInfinity) as Entry);
}

function toInfinity(_key: string, value: unknown): unknown {
  return value === 'never' ? Number.POSITIVE_INFINITY : value;
}

/** JSON has no Infinity. */
function withInfinity(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? 'never' : value;
}
