import { readFile } from 'node:fs/promises';

/** How many files this process may have open; undefined where it has no limit, or there is no `/proc`. */
export async function readMaxOpenFiles(path = '/proc/self/limits'): Promise<number | undefined> {
  const limits = await readFile(path, 'utf8').catch(() => '');
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}
