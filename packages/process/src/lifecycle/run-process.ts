/** The life of a process of ours: settings, start, readiness, stop. What an app adds is its `start`. */
import { writeSync } from 'node:fs';
import { prepareDataFolder } from '../data-folder/files.ts';
import { createLogger, flushLogger, type Logger } from '../logging/logger.ts';
import { readSettings } from '../settings/read.ts';
import type { Settings } from '../settings/table.ts';
import { StartupError } from '../startup-error.ts';
import { giveBackMemory } from './give-back-memory.ts';
import { watchParent } from './watch-parent.mjs';

export interface ProcessContext {
  readonly settings: Settings;
  readonly logger: Logger;
  /** Aborts when the process is asked to stop, so that a start that waits (for a database, say) can give up. */
  readonly signal: AbortSignal;
}

export interface RunningProcess {
  /** Where it can be reached, by name: `{ api: 'http://127.0.0.1:8080' }`. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Ends everything that `start` began, in reverse order. Called once at most. */
  stop(): Promise<void>;
}

export interface ProcessDefinition {
  readonly name: string;
  start(context: ProcessContext): Promise<RunningProcess>;
  /** How long a stop may take before the process exits regardless. Default 4,000 ms: a supervisor waits 5 s. */
  readonly stopDeadlineMs?: number;
  /** Loads what `start` loads only once it is needed, so that a process that only loads has compiled that, too. */
  loadRest?(): Promise<unknown>;
}

/** What a process tells its parent over the IPC channel, if it has one. */
export type ProcessMessage =
  | { readonly type: 'ready'; readonly addresses: Readonly<Record<string, string>> }
  | { readonly type: 'startup-error'; readonly message: string }
  /** An export process has something to do. */
  | { readonly type: 'exports' };

const defaultStopDeadlineMs = 4000;
/** A terminal's Ctrl-C can arrive several times at once (the group's and a forwarded one): only a later one is impatience. */
const impatienceMs = 1000;
const flushDeadlineMs = 500;

/**
 * Runs a process until SIGINT, SIGTERM, SIGHUP (its terminal is gone) or the death of its parent (the end of the IPC
 * channel, or where `endsWithParent` says so), then stops it, or gives up its start, and exits with status 0. If that takes too long, or a second signal
 * comes a second or more later, it exits at once with status 1. A `StartupError` prints its message and exits with status
 * 1, any other error is logged and exits with status 1.
 */
export async function runProcess(definition: ProcessDefinition): Promise<void> {
  let settings: Settings;
  try {
    settings = readSettings(process.env);
  } catch (error) {
    return refuseToStart(definition.name, error);
  }
  if (settings.loadsOnly) {
    await definition.loadRest?.();
    return process.exit(0);
  }
  const logger = createLogger(definition.name, settings);
  const stopping = stopRequested(logger, settings, definition.stopDeadlineMs ?? defaultStopDeadlineMs);
  process.on('uncaughtException', (error) => void die(logger, error));
  // The reader of what is printed may have gone: no reason to end.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

  let running: RunningProcess;
  try {
    await prepareDataFolder(settings.dataDir);
    running = await definition.start({ settings, logger, signal: stopping.signal });
  } catch (error) {
    if (stopping.signal.aborted) return exit(logger, 0);
    if (error instanceof StartupError) return refuseToStart(definition.name, error);
    return die(logger, error);
  }
  await tellParent({ type: 'ready', addresses: running.addresses });
  giveBackMemory();
  await stopping.requested;
  try {
    await running.stop();
  } catch (error) {
    return die(logger, error);
  }
  logger.info('stopped');
  await exit(logger, 0);
}

interface StopRequest {
  readonly signal: AbortSignal;
  readonly requested: Promise<void>;
}

function stopRequested(logger: Logger, { endsWithParent }: Settings, deadlineMs: number): StopRequest {
  const controller = new AbortController();
  const outOfTime = () => {
    logger.error({ deadlineMs }, 'could not stop in time');
    void exit(logger, 1);
  };
  const requested = new Promise<void>((resolve) => {
    let firstAt: number | undefined;
    const stop = (reason: string): void => {
      const now = performance.now();
      if (firstAt === undefined) {
        firstAt = now;
        logger.info({ reason }, 'stopping');
        setTimeout(outOfTime, deadlineMs);
        controller.abort();
        resolve();
      } else if (now - firstAt >= impatienceMs) {
        process.exit(1);
      }
    };
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, stop);
    const parentGone = () => stop('parent gone');
    process.once('disconnect', parentGone);
    if (endsWithParent && !process.connected) watchParent(parentGone);
  });
  return { signal: controller.signal, requested };
}

async function refuseToStart(name: string, error: unknown): Promise<void> {
  if (!(error instanceof StartupError)) throw error;
  await tellParent({ type: 'startup-error', message: error.message });
  writeSync(2, `${error.message.replaceAll(/^/gm, `${name}: `)}\n`);
  process.exit(1);
}

async function die(logger: Logger, error: unknown): Promise<void> {
  logger.fatal({ err: error }, 'unexpected error');
  await exit(logger, 1);
}

async function exit(logger: Logger, status: number): Promise<void> {
  await flushLogger(logger, flushDeadlineMs);
  process.exit(status);
}

/** Resolves once the message is on its way, so that an exit right after cannot lose it. */
export async function tellParent(message: ProcessMessage): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
}
