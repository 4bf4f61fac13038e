/**
 * The release runs on older Nodes than the one that builds it. Compares what is released with the types of the oldest, and
 * prints what that one does not have; the exit status is 1 if there is any. Code that can do without asks for it under a type
 * in which it is optional.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

/**
 * No such property, no such export. Other errors are not told: the definitions of the two versions also differ in how they
 * describe what both have.
 */
const isMissing = /error TS(2305|2339|2551|2724):/;

export function missingIn(output: string): string[] {
  return output.split('\n').filter((line) => isMissing.test(line));
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const project = join(import.meta.dirname, 'oldest-node.json');
  const { stdout, error } = spawnSync('tsc', ['-p', project, '--pretty', 'false'], { encoding: 'utf8' });
  if (error) throw error;
  const missing = missingIn(stdout);
  for (const line of missing) console.error(line);
  if (missing.length > 0) process.exitCode = 1;
}
