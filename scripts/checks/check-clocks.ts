/**
 * Fails where the system is asked for the time although a clock could be, or is, given (packages/process/src/timing/clock.ts):
 * what asks the system cannot be tested at another time.
 *
 * - `Date.now` and `new Date()`, in all code of ours: the time of day is what tests change.
 * - `performance.now`, `setTimeout` and `setInterval` in files that are given a clock. Elsewhere they measure, or bound what
 *   a socket or a process may take, and no test needs another time there.
 */
import { globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const exceptions: Readonly<Record<string, string>> = {
  'packages/process/src/timing/clock.ts': 'it is the clock of the system',
  'packages/contract/src/monitoring/processes.ts':
    'a schema is given nothing; a request without `to` means now, and its points are few enough or not',
};

export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Each place that asks the system for the time, as a line that names it. */
export function findSystemTime({ path, text }: SourceFile): string[] {
  if (path in exceptions) return [];
  const isGivenClock = /import [^;]*\bClock\b[^;]*from '@iotcore\/process(\/clock)?'/.test(text);
  const asking = isGivenClock
    ? /\b(Date\.now|new Date\(\)|performance\.now|(?<![.\w])set(Timeout|Interval)\()/
    : /\b(Date\.now|new Date\(\))/;
  return text.split('\n').flatMap((line, index) => {
    const found = /^\s*(\*|\/\/|\/\*)/.test(line) ? undefined : asking.exec(line)?.[0];
    return found === undefined ? [] : [`${path}:${index + 1}: "${found}": ask a clock, or take one`];
  });
}

function main(root: string): void {
  const paths = globSync('{apps,packages}/*/src/**/*.ts', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    // The console and the SDK run in browsers, and import nothing of ours.
    .filter(
      (path) =>
        !/^(apps\/console|packages\/(sdk|testkit))\/|\/generated\/|\/testing\/|\.test\.ts$/.test(path),
    );
  const problems = paths.flatMap((path) =>
    findSystemTime({ path, text: readFileSync(join(root, path), 'utf8') }),
  );
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`clocks: ${paths.length} files, none asks the system for the time of day`);
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  main(relative(process.cwd(), join(import.meta.dirname, '..', '..')) || '.');
}
