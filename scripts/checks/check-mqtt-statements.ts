/**
 * Compares docs/mqtt-conformance.md, which lists every normative statement of MQTT 3.1.1 and what becomes of it here, with
 * the tags `[MQTT-…]` in code and in test titles: a served statement must be named in both, and none may be named that is
 * not listed. Prints what is missing; the exit status is 1 if anything is.
 */
import { globSync, readFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

export type Status = 'served' | 'client' | 'deviates' | 'moot';

export interface Tags {
  readonly code: ReadonlySet<string>;
  readonly tests: ReadonlySet<string>;
}

const tag = /\[(MQTT-\d+[.-][\d.]+-\d+)\]/g;
const root = fileURLToPath(new URL('../..', import.meta.url));
const serverSources = [
  'packages/engine/src/**/*.ts',
  'apps/mqtt/src/**/*.ts',
  'packages/engine/src/**/*.json',
];
const isTest = (path: string): boolean => /\.test\.ts$|\/cases\/|\/behaviour\/|^tests\//.test(path);

/** The statements of the document's table, by number. */
export function readStatements(markdown: string): Map<string, Status> {
  const rows = markdown.matchAll(/^\| \[(MQTT-[^\]]+)\] \|[^|]*\| (\w+) \|$/gm);
  return new Map([...rows].map(([, number, status]) => [number as string, status as Status]));
}

/** What is wrong, a line each. */
export function findGaps(statements: ReadonlyMap<string, Status>, tags: Tags): string[] {
  const served = [...statements].filter(([, status]) => status === 'served').map(([number]) => number);
  const unknown = [...tags.code, ...tags.tests].filter((number) => !statements.has(number));
  return [
    ...served
      .filter((number) => !tags.code.has(number))
      .map((number) => `${number} is served, but no code names it`),
    ...served
      .filter((number) => !tags.tests.has(number))
      .map((number) => `${number} is served, but no test names it`),
    ...new Set(unknown.map((number) => `${number} is named, but is no statement of the list`)),
  ];
}

export function tagsOf(text: string): string[] {
  return [...text.matchAll(tag)].map(([, number]) => number as string);
}

function readTags(): Tags {
  const code = new Set<string>();
  const tests = new Set<string>();
  for (const path of globSync([...serverSources, 'tests/**/*.ts'], { cwd: root })) {
    if (path.includes('node_modules')) continue;
    const into = isTest(path) ? tests : code;
    for (const number of tagsOf(readFileSync(`${root}/${path}`, 'utf8'))) into.add(number);
  }
  return { code, tests };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const statements = readStatements(readFileSync(`${root}/docs/mqtt-conformance.md`, 'utf8'));
  const gaps = findGaps(statements, readTags());
  const count = (wanted: Status): number =>
    [...statements.values()].filter((status) => status === wanted).length;
  for (const gap of gaps) console.error(gap);
  console.log(
    `${statements.size} statements of MQTT 3.1.1: ${count('served')} served, ${count('client')} of clients alone, ` +
      `${count('deviates')} declared deviations, ${count('moot')} without occasion; ${gaps.length} gaps`,
  );
  if (gaps.length > 0) process.exitCode = 1;
}
