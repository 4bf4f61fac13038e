/** Looks for errors that nobody caught in what processes wrote. */
import { withSourceLines } from '../programs/source-lines.ts';
import type { Installation, LogPosition } from './installation.ts';

/** What each kind of it looks like; what clients chose stands in such lines escaped, and cannot look like it. */
const marks: readonly RegExp[] = [
  // Our own: an uncaught exception or rejection, or a start or stop that failed, as `runProcess` logs it.
  /\{"level":"fatal",.*/g,
  // Node's, where ours was not yet there; the error stands above it.
  /^Node\.js v\d+\..*/gm,
  // That of V8, of memory above all.
  /^FATAL ERROR: .*/gm,
];
/** What is shown: of what stands above it, and of itself. */
const [charactersAbove, ownCharacters] = [1000, 2000];
/** What is shown of errors that were caught. */
const shownCharacters = 5000;

/** All that was found in this output of a process. */
export function uncaughtErrorsIn(output: string): string[] {
  return marks.flatMap((mark) =>
    [...output.matchAll(mark)].map(({ index }) =>
      output.slice(Math.max(0, index - charactersAbove), index + ownCharacters),
    ),
  );
}

/**
 * Fails if a process of the installation had an error that nobody caught. A test that brings one about says why
 * (`provoked`): then it fails if there was none.
 */
export function expectNoUncaughtErrors(
  installation: Pick<Installation, 'outputs'>,
  provoked: string | undefined,
  since?: LogPosition,
): void {
  const found = installation
    .outputs(since)
    .flatMap(({ name, text }) => uncaughtErrorsIn(text).map((error) => `${name}: ${error}`));
  if (provoked === undefined && found.length > 0)
    throw new Error(`errors that nobody caught:\n${withSourceLines(found.join('\n'))}`);
  if (provoked !== undefined && found.length === 0)
    throw new Error(`there was no uncaught error, although: ${provoked}`);
}

/** Fails if a process logged an error, caught or not: what clients send is never one. */
export function expectNoErrorLines(installation: Pick<Installation, 'outputs'>, since?: LogPosition): void {
  const found = installation
    .outputs(since)
    .flatMap(({ text }) => text.match(/^\{"level":"error",.*/gm) ?? []);
  if (found.length > 0)
    throw new Error(`errors in the logs:\n${withSourceLines(found.join('\n').slice(0, shownCharacters))}`);
}
