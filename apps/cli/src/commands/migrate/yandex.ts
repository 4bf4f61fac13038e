import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { CliContext } from '../../context.ts';
import { CliError, usageError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { withExamples } from '../examples.ts';
import { addImportOptions, type ImportFlags, readImportOptions, wholeNumber } from '../import-options.ts';

interface YandexFlags extends ImportFlags {
  readonly fromApi?: boolean;
  readonly folderId?: string;
  readonly iamToken?: string;
  readonly sourceEndpoint?: string;
  readonly requestsPerSecond: number;
  readonly save?: string;
  readonly targetMap?: string;
}

const yandexDevicesEndpoint = 'https://iot-devices.api.cloud.yandex.net';
const yandexBrokersEndpoint = 'https://iot-broker.api.cloud.yandex.net';

/** The old service publishes no rate for these calls; this one answers a small fleet in minutes, and is easily borne. */
const defaultRequestsPerSecond = 20;

export function registerYandex(migrate: Command, context: CliContext): void {
  const command = migrate
    .command('yandex')
    .description('Import registries, brokers, devices and certificates of Yandex IoT Core')
    .argument('[folder]', 'folder with registries.json and the other files of an export')
    .option('--from-api', 'instead of a folder, read from the API of the old service')
    .option('--folder-id <id>', 'its folder')
    .option('--iam-token <token>', 'its IAM token (YC_IAM_TOKEN)')
    .option('--source-endpoint <url>', 'its address, if it is another one')
    .addOption(
      new Option('--requests-per-second <count>', 'asked of it at most')
        .argParser((text) => wholeNumber(text, 1, 1_000))
        .default(defaultRequestsPerSecond),
    )
    .option('--save <folder>', 'keep what was read there, as an export; a second run goes on from it')
    .option(
      '--target-map <file>',
      'URLs to call in place of functions and containers, by their IDs, in JSON',
    );
  withExamples(
    addImportOptions(command),
    'iotcore migrate yandex ./export --dry-run',
    'iotcore migrate yandex ./export --report report.json',
    'iotcore migrate yandex --from-api --folder-id b1gfolder --save ./from-api --dry-run',
  ).action((folder: string | undefined, flags: YandexFlags) => run(folder, flags, context));
}

async function run(folder: string | undefined, flags: YandexFlags, context: CliContext): Promise<void> {
  const { folderSource } = await import('../../import/folder-source.ts');
  const { runImport } = await import('../../import/run-import.ts');
  const options = readImportOptions(flags);
  if (!flags.fromApi) {
    if (folder === undefined) throw usageError('give the folder of an export, or --from-api');
    await runImport(folderSource(folder), options, context);
    return migrateExports(folder, flags, context);
  }
  if (folder !== undefined) throw usageError('give either a folder or --from-api');
  await inFolder(flags.save, async (target) => {
    await fetchTo(target, flags, options.retryForMs, context);
    await runImport(folderSource(target), options, context);
  });
}

/** Triggers, and exports to data streams, as far as the folder has them. @throws CliError with `incomplete` if some did not come over */
async function migrateExports(folder: string, flags: YandexFlags, context: CliContext): Promise<void> {
  const { readTargetMap, readTriggers } = await import('../../import/exports/read-triggers.ts');
  const { readDataStreams } = await import('../../import/exports/read-data-streams.ts');
  const { importExports } = await import('../../import/exports/import-exports.ts');
  const targets = flags.targetMap === undefined ? {} : await readTargetMap(flags.targetMap);
  const readings = [await readTriggers(folder, targets), await readDataStreams(folder)];
  let missing = 0;
  for (const reading of readings) missing += await importExports(reading, flags.dryRun ?? false, context);
  if (missing > 0)
    throw new CliError(`${missing} triggers and exports did not come over.`, exitCodes.incomplete);
}

async function fetchTo(target: string, flags: YandexFlags, retryForMs: number, context: CliContext) {
  const { folderId, sourceEndpoint, requestsPerSecond } = flags;
  const token = flags.iamToken ?? context.env['YC_IAM_TOKEN'];
  if (folderId === undefined) throw usageError('--from-api needs --folder-id: the folder of the old service');
  if (token === undefined) throw usageError('--from-api needs YC_IAM_TOKEN or --iam-token');
  if (sourceEndpoint !== undefined && !/^https?:\/\/[^/]/.test(sourceEndpoint)) {
    throw usageError('--source-endpoint is an address such as https://iot.example.com');
  }
  const { fetchExport } = await import('../../import/fetch/fetch-export.ts');
  const { ExportWriter } = await import('../../import/fetch/export-writer.ts');
  await fetchExport(new ExportWriter(target), {
    devicesEndpoint: sourceEndpoint ?? yandexDevicesEndpoint,
    brokersEndpoint: sourceEndpoint ?? yandexBrokersEndpoint,
    token,
    folderId,
    requestsPerSecond,
    retryForMs,
    signal: context.signal,
    note: (text) => context.out.note(text),
    progress: (text) => context.out.progress(text),
  }).catch((error: unknown) => {
    if (!context.signal.aborted) throw error;
    throw new CliError('Interrupted. With --save a second run goes on from here.', exitCodes.incomplete);
  });
}

/** Works in the folder named, which stays, or in one that goes with the command. */
async function inFolder(named: string | undefined, work: (folder: string) => Promise<void>): Promise<void> {
  if (named !== undefined) return work(named);
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-export-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
