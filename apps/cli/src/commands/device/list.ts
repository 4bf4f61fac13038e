import type { Client, Device } from '@iotcore/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { addFolderOption, addRegistryOptions, type RegistryOptions } from '../../options/selection.ts';
import { count, pastTime } from '../../options/values.ts';
import type { Column } from '../../output/table.ts';
import { type DeviceFilter, type FoundDevice, findDevices } from '../../resources/device-search.ts';
import { disabledIn, folderOf } from '../../resources/disabled.ts';
import { findId } from '../../resources/find.ts';
import { listDevices, listRegistries, registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { sayingWhere } from '../shared/if-empty.ts';

interface ListOptions extends RegistryOptions {
  readonly online?: boolean;
  readonly neverSeen?: boolean;
  readonly notSeenSince?: string;
  readonly label?: string;
  readonly namePrefix?: string;
  readonly limit?: number;
}

export function registerList(parent: Command, context: CliContext): void {
  const list = addFolderOption(addRegistryOptions(parent.command('list'), 'registry'))
    .description('List the devices of a registry, or of all registries of a folder')
    .option('--online', 'only those that are connected: since when, and from where')
    .option('--never-seen', 'only those that never logged in')
    .option('--not-seen-since <time>', 'only those that were seen last before: 2h, 14d, 2026-11-30T15:04:05Z')
    .option('--label <key=value>', 'only those with this label')
    .option('--name-prefix <text>', 'only those whose name begins so')
    .option('--limit <n>', 'devices at most', count(1))
    .action(async ({ registryId: id, registryName: name, ...options }: ListOptions) => {
      const filter = filterOf(options, context.now());
      const folderId = await context.configuration.folderId(options.folderId);
      const client = await context.api();
      const isNamed = id !== undefined || name !== undefined;
      const registryId = isNamed ? await findId(client, registryKind, { id, name, folderId }) : undefined;
      const of = registryId === undefined ? { folderId } : { registryId };
      const place = context.out.isTable ? await folderOf(client, { folderId, ...of }) : undefined;
      const disabled = place === undefined ? undefined : await disabledIn(client, place);
      const print = <Row extends ListedDevice>(
        devices: AsyncIterable<Row>,
        what: string,
        columns: readonly Column<Row>[],
      ) =>
        context.out.rows(
          isNamed ? devices : sayingWhere(devices, context, { what, folderId }),
          [
            { title: 'ID', value: ({ id }) => id },
            { title: 'NAME', value: ({ name }) => name },
            ...(isNamed ? [] : [{ title: 'REGISTRY ID', value: (device: Row) => device.registryId }]),
            ...columns,
            { title: 'DISABLED', value: ({ id }) => disabled?.get(id) },
            { title: 'LABELS', value: ({ labels }) => labels },
          ],
          isNamed ? `no ${what} in this registry` : undefined,
        );
      if (filter) {
        const found = findInRegistries(client, filter, registryId, folderId, options.limit);
        await print(found, 'such devices', foundColumns);
        return;
      }
      await print(listDevices(client, of, options.limit), 'devices', [
        { title: 'STATUS', value: ({ status }) => status },
        { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
      ]);
    });
  withExamples(
    list,
    'iotcore device list --registry-name greenhouse',
    'iotcore device list --online',
    'iotcore device list --not-seen-since 14d --format json',
    'iotcore device list --limit 10 --format yaml',
  );
}

type ListedDevice = Pick<Device, 'id' | 'name' | 'registryId' | 'labels'>;

const foundColumns: readonly Column<FoundDevice>[] = [
  { title: 'ONLINE', value: ({ online }) => (online ? 'yes' : 'no') },
  { title: 'SINCE', value: ({ connectedAt }) => connectedAt },
  { title: 'ADDRESS', value: ({ address }) => address },
  { title: 'LAST ONLINE', value: ({ lastOnlineTime }) => lastOnlineTime ?? 'never' },
];

/** @throws CliError if more than one is given: each is answered from an index of its own */
function filterOf(options: ListOptions, now: Date): DeviceFilter | undefined {
  const { online, neverSeen, notSeenSince, label, namePrefix } = options;
  const filters: DeviceFilter[] = [
    ...(online ? [{ presence: 'ONLINE' as const }] : []),
    ...(neverSeen ? [{ presence: 'NEVER_SEEN' as const }] : []),
    ...(notSeenSince === undefined ? [] : [{ notSeenSince: pastTime(notSeenSince, now).toISOString() }]),
    ...(label === undefined ? [] : [{ label }]),
    ...(namePrefix === undefined ? [] : [{ namePrefix }]),
  ];
  if (filters.length > 1)
    throw usageError('give one of --online, --never-seen, --not-seen-since, --label and --name-prefix');
  return filters[0];
}

/** In the registry, or in each of the folder's. */
async function* findInRegistries(
  client: Client,
  filter: DeviceFilter,
  registryId: string | undefined,
  folderId: string,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<FoundDevice> {
  let left = limit;
  const registries = registryId === undefined ? listRegistries(client, folderId) : [{ id: registryId }];
  for await (const { id } of registries) {
    for await (const device of findDevices(client, id, filter, left)) {
      left -= 1;
      yield device;
    }
    if (left <= 0) return;
  }
}
