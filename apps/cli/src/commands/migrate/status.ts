/** `iotcore migrate status`: how far a move has come. */
import * as sdk from '@iotcore/sdk';
import { type Command, Option } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { count } from '../../options/values.ts';
import type { Column } from '../../output/table.ts';
import { withExamples } from '../examples.ts';
import { addOwnerOptions, findOwner, type OwnerOptions } from './owner.ts';

type Filter = NonNullable<NonNullable<sdk.ListMigrationDevicesData['query']>['filter']>;

const filters: ReadonlyMap<string, Filter | undefined> = new Map([
  ['all', undefined],
  ['not-seen', 'NOT_SEEN'],
  ['without-credential', 'WITHOUT_CREDENTIAL'],
  ['adopted', 'ADOPTED'],
]);

interface StatusOptions extends OwnerOptions {
  readonly devices?: string;
  readonly knocking?: boolean;
  readonly export?: string;
  readonly limit?: number;
}

type DeviceRow = sdk.MigrationDevice & { readonly registryId: string };

export function registerStatus(parent: Command, context: CliContext): void {
  const status = addOwnerOptions(parent.command('status'))
    .description('Show how far a move has come: what was seen, what was not, by registry and broker')
    .addOption(
      new Option('--devices <which>', 'list the devices instead, registry by registry, oldest first').choices(
        [...filters.keys()],
      ),
    )
    .option(
      '--knocking',
      'list the clients instead that are refused since no resource has their ID or certificate',
    )
    .option('--export <folder>', 'with --knocking: say where this export of the old service has them')
    .option('--limit <n>', 'with --devices or --knocking: as many at most', count(1))
    .action(async (options: StatusOptions) => {
      check(options);
      if (options.knocking) {
        const { listKnocking } = await import('./knocking.ts');
        return listKnocking(context, options.export, options.limit);
      }
      const { client, query } = await scope(context, options);
      const found = await answer(sdk.getMigrationStatus({ client, query }));
      if (options.devices === undefined) return print(found, context);
      const registryIds = found.registries.map(({ registryId }) => registryId);
      const devices = devicesOf(client, registryIds, filters.get(options.devices), options.limit);
      await context.out.rows(devices, deviceColumns, 'no such devices');
    });
  withExamples(
    status,
    'iotcore migrate status',
    'iotcore migrate status --registry-name greenhouse --devices not-seen',
    'iotcore migrate status --knocking --export ./export',
  );
}

/** @throws CliError for options that say nothing together */
function check(options: StatusOptions): void {
  const { devices, knocking, limit, brokerId, brokerName } = options;
  if (devices === undefined && !knocking && limit !== undefined)
    throw usageError('--limit says how many devices to list: give it with --devices');
  if (
    knocking &&
    (devices ?? options.registryId ?? options.registryName ?? brokerId ?? brokerName) !== undefined
  )
    throw usageError('--knocking lists clients that belong to nothing here: give it alone, or with --export');
  if (options.export !== undefined && !knocking)
    throw usageError('--export says where to look clients up: give it with --knocking');
  if (devices !== undefined && (brokerId ?? brokerName) !== undefined)
    throw usageError('a broker has no devices: give --devices with a registry, or with the whole folder');
}

/** One registry or broker if one is named, else the folder. */
async function scope(context: CliContext, options: StatusOptions) {
  const { registryId, registryName, brokerId, brokerName } = options;
  if ([registryId, registryName, brokerId, brokerName].every((one) => one === undefined)) {
    const folderId = await context.configuration.folderId(options.folderId);
    return { client: await context.api(), query: { folderId } };
  }
  const { client, owner } = await findOwner(context, options);
  return { client, query: owner };
}

async function print(status: sdk.MigrationStatus, { out }: CliContext): Promise<void> {
  if (!out.isTable) return out.result(status);
  const { registries, brokers } = status;
  await out.rows(
    registries,
    registryColumns,
    brokers.length > 0 ? undefined : 'no registries and no brokers',
  );
  if (registries.length > 0 && brokers.length > 0) await out.raw('\n');
  await out.rows(brokers, brokerColumns, undefined);
}

async function* devicesOf(
  client: sdk.Client,
  registryIds: readonly string[],
  filter: Filter | undefined,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<DeviceRow> {
  let left = limit;
  for (const registryId of registryIds) {
    if (left <= 0) return;
    const devices = everyPage(
      async (page) => {
        const query = { ...page, ...(filter === undefined ? {} : { filter }) };
        const found = await answer(sdk.listMigrationDevices({ client, path: { registryId }, query }));
        return { items: found.devices, nextPageToken: found.nextPageToken };
      },
      { limit: left },
    );
    for await (const device of devices) {
      yield { registryId, ...device };
      left -= 1;
    }
  }
}

const yesNo = (value: boolean) => (value ? 'yes' : 'no');

const registryColumns: readonly Column<sdk.RegistryMigration>[] = [
  { title: 'REGISTRY ID', value: ({ registryId }) => registryId },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'DEVICES', value: ({ devices }) => devices },
  { title: 'SEEN', value: ({ seen }) => seen },
  { title: 'NOT SEEN', value: ({ notSeen }) => notSeen },
  { title: 'CERTIFICATE', value: ({ withCertificate }) => withCertificate },
  { title: 'PASSWORD', value: ({ withPassword }) => withPassword },
  { title: 'ADOPTED', value: ({ adopted }) => adopted },
  { title: 'NEITHER', value: ({ withoutCredential }) => withoutCredential },
  { title: 'ADOPTION UNTIL', value: ({ adoption }) => adoption?.endsAt ?? 'off' },
];

const brokerColumns: readonly Column<sdk.BrokerMigration>[] = [
  { title: 'BROKER ID', value: ({ brokerId }) => brokerId },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'CERTIFICATE', value: ({ hasCertificate }) => yesNo(hasCertificate) },
  { title: 'PASSWORD', value: ({ hasPassword }) => yesNo(hasPassword) },
  { title: 'ADOPTED AT', value: ({ adoptedAt }) => adoptedAt },
  { title: 'ADOPTION UNTIL', value: ({ adoption }) => adoption?.endsAt ?? 'off' },
];

const deviceColumns: readonly Column<DeviceRow>[] = [
  { title: 'DEVICE ID', value: ({ deviceId }) => deviceId },
  { title: 'NAME', value: ({ name }) => name },
  { title: 'REGISTRY ID', value: ({ registryId }) => registryId },
  { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
  { title: 'FIRST SEEN', value: ({ firstSeenAt }) => firstSeenAt ?? 'never' },
  { title: 'CERTIFICATE', value: ({ hasCertificate }) => yesNo(hasCertificate) },
  { title: 'PASSWORD', value: ({ hasPassword }) => yesNo(hasPassword) },
  { title: 'ADOPTED AT', value: ({ adoptedAt }) => adoptedAt },
  { title: 'ADOPTED PASSWORD ID', value: ({ passwordId }) => passwordId },
];
