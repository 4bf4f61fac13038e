import { readFile, writeFile } from 'node:fs/promises';

const root = new URL('../../', import.meta.url);

/** Replaces a part of a page, from `<!-- NAME: begin -->` to `<!-- NAME: end -->`. `page`: relative to the repository. */
export async function keepSection(page: string, name: string, text: string): Promise<void> {
  const file = new URL(page, root);
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const whole = await readFile(file, 'utf8');
  const [before, rest] = whole.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} lacks the marks of '${name}'`);
  await writeFile(file, `${before}${begin}\n\n${text.trim()}\n\n${end}${after}`);
}
