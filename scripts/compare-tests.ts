/**
 * compare-tests.ts BEFORE.json AFTER.json: which test cases went, came and moved between two lists, each made by
 * `TEST_FULL=1 TEST_AEDES=1 npx vitest list --no-static-parse --json=FILE`. A case that is in another file under its old title has moved.
 */
import { readFileSync } from 'node:fs';

interface Case {
  readonly name: string;
  readonly file: string;
}

const [before = '', after = ''] = process.argv.slice(2);
const [old, now] = [read(before), read(after)];
const gone = missing(old, now);
const come = missing(now, old);
const moved = gone.filter(({ name }) => come.some((one) => one.name === name));
const titlesOfMoved = new Set(moved.map(({ name }) => name));

console.log(`${old.length} cases before, ${now.length} after, ${moved.length} of them in another file`);
for (const [heading, cases] of [
  ['gone', gone],
  ['new', come],
] as const) {
  const others = cases.filter(({ name }) => !titlesOfMoved.has(name));
  console.log(`\n${heading}: ${others.length}`);
  for (const { file, name } of others) console.log(`${file} > ${name}`);
}

/** With files named from the top of the repository, wherever it lay. */
function read(path: string): Case[] {
  const cases = JSON.parse(readFileSync(path, 'utf8')) as Case[];
  return cases.map(({ name, file }) => ({
    name,
    file: file.replace(/^.*?\/(?=(?:apps|packages|scripts|tests)\/)/, ''),
  }));
}

/** Those of `all` that `others` lacks; a title that stands twice must do so in both. */
function missing(all: readonly Case[], others: readonly Case[]): Case[] {
  const left = new Map<string, number>();
  for (const one of others) left.set(keyOf(one), (left.get(keyOf(one)) ?? 0) + 1);
  return all.filter((one) => {
    const count = left.get(keyOf(one)) ?? 0;
    left.set(keyOf(one), count - 1);
    return count <= 0;
  });
}

function keyOf({ file, name }: Case): string {
  return `${file} > ${name}`;
}
