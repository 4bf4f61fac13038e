import type { Status } from '@iotcore/sdk';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** An end of the command that a person can do something about: its message says what. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failure, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The command line, or a value in it, is wrong. */
export function usageError(message: string): CliError {
  return new CliError(message, exitCodes.usage);
}

/** google.rpc codes that have an exit code of their own. */
const exitCodesByStatus: ReadonlyMap<number, ExitCode> = new Map([
  [3, exitCodes.usage],
  [5, exitCodes.notFound],
  [6, exitCodes.conflict],
  [7, exitCodes.denied],
  [8, exitCodes.unavailable],
  [9, exitCodes.conflict],
  [10, exitCodes.conflict],
  [14, exitCodes.unavailable],
  [16, exitCodes.denied],
]);

/** What the API refused, with every bad field on a line of its own. */
export class ApiRefusal extends CliError {
  readonly status: Status;

  constructor(status: Status) {
    const fields = status.details.flatMap(({ fieldViolations = [] }) => fieldViolations);
    // A single one is in the message already.
    const lines = fields
      .filter(({ description }) => !status.message.includes(description))
      .map(({ field, description }) => `  ${field}: ${description}`);
    const advice = status.code === 16 ? ['  give another token: --token, IOTCORE_TOKEN or a profile'] : [];
    super(
      [status.message, ...lines, ...advice].join('\n'),
      exitCodesByStatus.get(status.code) ?? exitCodes.failure,
    );
    this.status = status;
  }
}
