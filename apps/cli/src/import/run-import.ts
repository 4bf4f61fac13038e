/** An import from beginning to end: everything is read and checked, then sent, then accounted for. */
import { writeFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import * as sdk from '@iotcore/sdk';
import { answer, everyPage } from '../calls.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { Account, type DeviceName, silentJournal } from './account.ts';
import type { Journal } from './finding.ts';
import type { ExportReading, Refusals } from './read/read-export.ts';
import { makeReport, type Report, reportJson, showReport } from './report.ts';
import { type RetryOptions, withRetries } from './retry.ts';
import { type ImportBody, importUnits } from './send/import-units.ts';

/** Where entries come from. It is read twice: to check everything, and to send it. */
export interface ImportSource {
  readonly name: string;
  read(journal: Journal, now: Date, earlier?: Refusals): ExportReading;
}

export interface ImportOptions {
  /** Check only: here, and by the server if it can be reached. */
  readonly dryRun: boolean;
  /** Change what exists with other content. */
  readonly overwrite: boolean;
  /** Requests at the same time. */
  readonly parallel: number;
  /** How long to try again while the server is away. */
  readonly retryForMs: number;
  /** A file for the report as JSON. */
  readonly report?: string;
}

/**
 * Runs the import and shows its report.
 *
 * @throws CliError with `incomplete` if some entries did not come, or with what ended the import before its time
 */
export async function runImport(
  source: ImportSource,
  options: ImportOptions,
  context: CliContext,
): Promise<void> {
  keepMemorySmall();
  const { out, signal } = context;
  const startedAt = context.now();
  const account = new Account();
  const first = source.read(account, startedAt);
  for await (const unit of first.units) account.plan(unit);
  out.note(checkedLine(account));

  let failure: unknown;
  const client = await connect(options, context);
  if (client) {
    const second = source.read(silentJournal, startedAt, first.refusals);
    failure = await send(second, client, account, options, context).catch((error: unknown) => error);
  }
  const devicesWithoutCredentials = client
    ? await withoutCredentials(client, account, options, context)
    : [...account.withoutCertificate.values()];
  const report = makeReport(account, {
    source: source.name,
    dryRun: options.dryRun,
    server: client !== undefined,
    startedAt,
    finishedAt: context.now(),
    devicesWithoutCredentials,
  });
  await showReport(report, out);
  if (options.report !== undefined) {
    await writeReport(options.report, report).catch((error: CliError) => {
      // What ended the import says more of the two, and is said last.
      if (failure === undefined) failure = error;
      else out.note(error.message);
    });
  }
  if (failure !== undefined) throw failure;
  if (signal.aborted) throw new CliError('Interrupted: run it again to go on.', exitCodes.incomplete);
  if (!report.complete) throw new CliError(incompleteLine(account, options.dryRun), exitCodes.incomplete);
}

/**
 * Entries live for a moment, and so do the certificates that are parsed of them, whose memory lies outside of the heap. By
 * default V8 lets garbage pile up while there is memory: 470 MiB for 100,000 devices. A young generation that stays small,
 * and an old one that is swept whenever it has grown by a third, leave little more than what is kept.
 */
function keepMemorySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=33');
}

async function writeReport(path: string, report: Report): Promise<void> {
  await writeFile(path, reportJson(report)).catch((error: NodeJS.ErrnoException) => {
    throw new CliError(`The report cannot be written to ${path} (${error.code}).`);
  });
}

/** The server, or undefined when a dry run has to do without. */
async function connect(options: ImportOptions, context: CliContext): Promise<sdk.Client | undefined> {
  try {
    const client = await context.api();
    if (options.dryRun) await answer(sdk.importResources({ client, body: { dryRun: true } }));
    return client;
  } catch (error) {
    const isAway = error instanceof CliError && error.exitCode === exitCodes.unavailable;
    if (!options.dryRun || !isAway) throw error;
    context.out.note(`Checked without the server: ${error.message}`);
    return undefined;
  }
}

async function send(
  reading: ExportReading,
  client: sdk.Client,
  account: Account,
  options: ImportOptions,
  context: CliContext,
): Promise<void> {
  const { out, signal } = context;
  const planned = left(account);
  const retry: RetryOptions = {
    patienceMs: options.retryForMs,
    signal,
    waiting: (reason) => out.note(`The server ${reason}: trying again.`),
  };
  const { dryRun, overwrite } = options;
  const sendBody = async (body: ImportBody) => {
    const request = { ...body, dryRun, overwrite } as sdk.ImportRequest;
    const { results } = await answer(
      withRetries(() => sdk.importResources({ client, body: request }), retry),
    );
    return results;
  };
  await importUnits(reading.units, {
    send: sendBody,
    account,
    dryRun,
    parallel: options.parallel,
    signal,
    progress: () => out.progress(`${planned - left(account)} of ${planned} entries`),
  });
}

/** Devices that cannot connect yet: the server knows which ones have a password. */
async function withoutCredentials(
  client: sdk.Client,
  account: Account,
  options: ImportOptions,
  { out }: CliContext,
): Promise<readonly DeviceName[]> {
  const candidates = [...account.withoutCertificate.values()];
  if (options.dryRun) return candidates;
  const found: DeviceName[] = [];
  try {
    for (const registryId of new Set(candidates.map((device) => device.registryId))) {
      const devices = everyPage(async (page) => {
        const query = { ...page, filter: 'WITHOUT_CREDENTIAL' as const };
        const call = sdk.listMigrationDevices({ client, path: { registryId }, query });
        const { devices: items, nextPageToken } = await answer(call);
        return { items, nextPageToken };
      });
      for await (const { deviceId, name } of devices) {
        if (account.withoutCertificate.has(deviceId)) {
          found.push({ registryId, deviceId, ...(name === undefined ? {} : { name }) });
        }
      }
    }
    return found;
  } catch (error) {
    out.note(`Which devices have a password cannot be asked: ${(error as Error).message}`);
    return candidates;
  }
}

/** Entries that are sound and not settled yet. */
function left({ totals }: Account): number {
  return Object.values(totals).reduce((sum, { notSent }) => sum + notSent, 0);
}

function checkedLine({ totals, shortfallCount, warningCount }: Account): string {
  const { REGISTRY, BROKER, DEVICE, CERTIFICATE } = totals;
  const counts = `${REGISTRY.read} registries, ${BROKER.read} brokers, ${DEVICE.read} devices, ${CERTIFICATE.read} certificates`;
  return `Read and checked: ${counts}; ${shortfallCount} problems, ${warningCount} warnings.`;
}

function incompleteLine({ shortfallCount }: Account, dryRun: boolean): string {
  const what = dryRun ? 'would not come over' : 'did not come over';
  return `${shortfallCount || 'Some'} entries ${what}: the report says why. Mend them and run it again.`;
}
