/** From a lease to what sends for it: its secrets are read, its target is opened, and its lanes are made. */
import { type ShownExportTarget, secondsOf } from '@iotcore/contract';
import { UnreadableSecretsError, unseal } from '@iotcore/credentials';
import {
  type AddressPolicy,
  type OpenedExport,
  type OpenedSecrets,
  openTarget,
} from '@iotcore/export-targets';
import { type Clock, type Logger, SummedLines } from '@iotcore/process';
import { type Database, DatabaseUnavailableError } from '@iotcore/store';
import { writeLogLines } from '@iotcore/store/data-plane';
import {
  DeadLetters,
  findSealingSeeds,
  type LeasedExport,
  readChunks,
  writeAttempts,
  writeCursor,
} from '@iotcore/store/exports';
import { exportLine } from './export-line.ts';
import type { Runner } from './lease-keeper.ts';
import type { CountersByExport } from './metrics/counters.ts';
import { ExportRunner } from './sending/export-runner.ts';
import type { LaneOptions } from './sending/lane.ts';
import { Progress } from './sending/progress.ts';
import { Window } from './sending/window.ts';

export interface RunnerParts {
  readonly pool: Database['pool'];
  readonly policy: AddressPolicy;
  readonly counters: CountersByExport;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Payloads and topics in memory: of one export, and of all together. */
const windowBytes = { one: 4 * 1024 * 1024, all: 64 * 1024 * 1024 };
const readBytes = 1024 * 1024;

/** Undefined: it cannot be sent for, and its state says why. */
export async function openRunner(
  { pool, policy, counters, logger, clock }: RunnerParts,
  leased: LeasedExport,
  lost: () => void,
  held: () => number,
): Promise<Runner | undefined> {
  const { lease, position } = leased;
  const { exportId } = lease;
  const opened = await openExport(pool, leased);
  const target = typeof opened === 'string' ? undefined : await openTarget(opened, policy, clock);
  if (!target) {
    const error =
      typeof opened === 'string' ? opened : 'This version of the server does not know the target.';
    const condition = 'MISCONFIGURED';
    const never = { nextAttemptAt: null, lastSuccessAt: null };
    await writeCursor(pool, { lease, position, deadLetters: 0, condition, lastError: error, ...never });
    return undefined;
  }
  const room = Math.max(readBytes, Math.min(windowBytes.one, windowBytes.all / (held() + 1)));
  const window = new Window(position, room);
  const failed = (error: unknown) => logger.error({ err: error, exportId }, 'sending for an export failed');
  const line = deadLetterLines(pool, leased, clock, failed);
  const isAway = (error: unknown) => error instanceof DatabaseUnavailableError;
  const deadLetters = new DeadLetters(pool, lease);
  const progress = new Progress({
    ...{ lease, window, counters: counters.of(exportId), lost, clock },
    writeCursor: (write) => writeCursor(pool, write),
    writeDeadLetter: (letter) =>
      deadLetters.add(letter).catch((error: unknown) => {
        if (isAway(error)) return 'away';
        throw error;
      }),
    writeAttempts: (attempts) => writeAttempts(pool, exportId, attempts),
    deadLetter: line,
  });
  return new ExportRunner({
    ...{ target, window, progress, failed, clock },
    lanes: leased.concurrency,
    options: laneOptions(leased),
    readChunks: (from) => readChunks(pool, exportId, from, readBytes, lease),
    isAway,
  });
}

/** Why it cannot be opened, or it. */
async function openExport(pool: RunnerParts['pool'], leased: LeasedExport): Promise<OpenedExport | string> {
  const { lease, folderId, registryId, brokerId, target } = leased;
  const seeds = await findSealingSeeds(pool);
  try {
    const secrets = unseal(leased.secrets, lease.exportId, (kid) => seeds.get(kid)) as OpenedSecrets;
    const shown = target as ShownExportTarget;
    return { exportId: lease.exportId, folderId, registryId, brokerId, target: shown, secrets };
  } catch (error) {
    if (!(error instanceof UnreadableSecretsError)) throw error;
    return 'Its secrets cannot be read: the key that they were sealed with is gone. Delete the export and create it again.';
  }
}

function laneOptions({ batch, retry }: LeasedExport): LaneOptions {
  const { maxMessages, maxBytes, cutoff } = batch as {
    maxMessages: number;
    maxBytes: number;
    cutoff: string;
  };
  const { maxAttempts, maxInterval } = retry as { maxAttempts: number; maxInterval: string };
  return {
    ...{ maxMessages, maxBytes, maxAttempts },
    cutoffMs: secondsOf(cutoff) * 1000,
    maxIntervalMs: secondsOf(maxInterval) * 1000,
  };
}

/** A line in the connection log of the registry or broker: one for all dead letters of some seconds. */
function deadLetterLines(
  pool: RunnerParts['pool'],
  { lease: { exportId }, registryId, brokerId }: LeasedExport,
  clock: Pick<Clock, 'nowMs' | 'date'>,
  failed: (error: unknown) => void,
) {
  let reason = '';
  const lines = new SummedLines((_, messages) => {
    const message = `export: "${exportId}", messages refused for good: ${messages}, reason: ${JSON.stringify(reason)}`;
    const line = exportLine(registryId ?? brokerId ?? '', 'export messages refused', message, clock);
    writeLogLines(pool, [line]).catch(failed);
  }, clock.nowMs);
  return (last: string) => {
    reason = last;
    lines.add(exportId, 1);
  };
}
