/** What every command that imports takes. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ImportOptions } from '../import/run-import.ts';
import { checkWritable } from '../options/files.ts';

interface ImportFlags {
  readonly dryRun?: boolean;
  readonly overwrite?: boolean;
  readonly parallel: number;
  readonly retryFor: number;
  readonly report?: string;
}

/** Two keep both cores of a small machine busy; more hardly help, and take memory. */
const defaultParallel = 3;
const mostParallel = 32;
/** Longer than a restart or an update of the server takes. */
const defaultRetrySeconds = 300;

export function addImportOptions(command: Command): Command {
  return command
    .option('--dry-run', 'check everything, here and by the server if it can be reached; write nothing')
    .option('--overwrite', 'change what exists with other content; otherwise it is reported')
    .option('--report <file>', 'write the whole report there, as JSON')
    .addOption(
      new Option('--parallel <requests>', 'requests at the same time')
        .argParser((text) => wholeNumber(text, 1, mostParallel))
        .default(defaultParallel),
    )
    .addOption(
      new Option('--retry-for <seconds>', 'how long to try again while the server is away')
        .argParser((text) => wholeNumber(text, 0, 86_400))
        .default(defaultRetrySeconds),
    );
}

/** @throws CliError if the report could not be written: an import without a report does not begin */
export function readImportOptions(flags: ImportFlags): ImportOptions {
  if (flags.report !== undefined) checkWritable('--report', flags.report);
  return {
    dryRun: flags.dryRun ?? false,
    overwrite: flags.overwrite ?? false,
    parallel: flags.parallel,
    retryForMs: flags.retryFor * 1_000,
    ...(flags.report === undefined ? {} : { report: flags.report }),
  };
}

export type { ImportFlags };

export function wholeNumber(text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new InvalidArgumentError(`A whole number from ${least} to ${most}.`);
}
