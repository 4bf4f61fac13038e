import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import type { Settings } from '../settings/table.ts';
import { abandonOutput, lineOutput, terminalOutput } from './log-output.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** Default: whether standard output is a terminal. */
  readonly terminal?: boolean;
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** A logger that writes JSON lines to standard output, or readable ones if that is a terminal. */
export function createLogger(
  name: string,
  settings: Pick<Settings, 'logLevel'>,
  { terminal = process.stdout.isTTY === true, destination }: LoggerOptions = {},
): Logger {
  const logger: Logger = pino(
    {
      name,
      level: settings.logLevel,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    destination ??
      (terminal ? terminalOutput() : lineOutput((lines) => logger.warn({ lines }, 'log lines were lost'))),
  );
  return logger;
}

/**
 * What is known of every error, and no more: libraries hang whole connections on theirs, with their keys and with what
 * clients sent.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: error.constructor.name,
    message,
    ...(code !== undefined && { code }),
    stack,
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}

/**
 * For a process that is about to end: waits until everything logged so far is written, but never longer than
 * `deadlineMs`, since the reader may have stopped. Nothing can be logged afterwards.
 */
export async function flushLogger(logger: Logger, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([
    new Promise<void>((resolve) => {
      logger.flush(() => resolve());
    }),
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineMs);
    }),
  ]);
  clearTimeout(timer);
  abandonOutput(logger);
}
