import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addFolderOption, addRegistryOptions, type RegistryOptions } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import { findId } from '../../resources/find.ts';
import { listDevices, registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';

interface ListOptions extends RegistryOptions {
  readonly limit?: number;
}

export function registerList(parent: Command, context: CliContext): void {
  const list = addFolderOption(addRegistryOptions(parent.command('list'), 'registry'))
    .description('List the devices of a registry, or of all registries of a folder')
    .option('--limit <n>', 'devices at most', count(1))
    .action(async ({ registryId: id, registryName: name, ...options }: ListOptions) => {
      const folderId = await context.configuration.folderId(options.folderId);
      const client = await context.api();
      const isNamed = id !== undefined || name !== undefined;
      const of = isNamed
        ? { registryId: await findId(client, registryKind, { id, name, folderId }) }
        : { folderId };
      await context.out.rows(listDevices(client, of, options.limit), [
        { title: 'ID', value: (device) => device.id },
        { title: 'NAME', value: (device) => device.name },
        ...(isNamed
          ? []
          : [{ title: 'REGISTRY ID', value: (device: { registryId: string }) => device.registryId }]),
        { title: 'STATUS', value: ({ status }) => status },
        { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
        { title: 'LABELS', value: ({ labels }) => labels },
      ]);
    });
  withExamples(
    list,
    'iotcore device list --registry-name greenhouse',
    'iotcore device list --limit 10 --format yaml',
  );
}
