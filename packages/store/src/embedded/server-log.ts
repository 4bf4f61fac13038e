import { readFile, rename, stat } from 'node:fs/promises';

const largestBytes = 1024 * 1024;
const shownLines = 5;

/** Moves the log aside when it has grown large; at most two files are kept. */
export async function rotateLog(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && found.size > largestBytes) await rename(path, `${path}.old`);
}

export async function lastLogLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-shownLines).join('\n');
}
