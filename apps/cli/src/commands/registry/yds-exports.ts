/** `registry yds-export add, list, delete`: exports to data streams, with the flags of `yc`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import {
  addFolderOption,
  addRegistryOptions,
  type RegistryOptions,
  selected,
} from '../../options/selection.ts';
import { registryKind } from '../../resources/kinds.ts';
import { findServiceAccountId } from '../../resources/service-accounts.ts';
import { withExamples } from '../examples.ts';
import { reportChange, reportRemoval } from '../shared/report.ts';

interface AddOptions extends RegistryOptions {
  readonly name?: string;
  readonly database: string;
  readonly stream: string;
  readonly mqttTopicFilter?: string;
  readonly streamServiceAccountId?: string;
  readonly streamServiceAccountName?: string;
}

export function registerYdsExports(parent: Command, context: CliContext): void {
  const group = parent
    .command('yds-export')
    .alias('yds-exports')
    .description('Manage exports of a registry to data streams');
  registerAdd(group, context);
  registerList(group, context);
  registerDelete(group, context);
}

function registerAdd(parent: Command, context: CliContext): void {
  const add = addFolderOption(addRegistryOptions(parent.command('add'), 'registry whose messages are taken'))
    .description('Add an export of a registry to a data stream; the operator says where its servers are')
    .option('--name <name>', 'name of the export')
    .requiredOption('--database <path>', 'database of the stream')
    .requiredOption('--stream <name>', 'the stream: a topic of Kafka')
    .option('--mqtt-topic-filter <filter>', 'only messages that it covers')
    .option('--stream-service-account-id <id>', 'kept and shown; the operator sets the credentials')
    .option('--stream-service-account-name <name>', 'the same, by its name')
    .action(async ({ name, database, stream, mqttTopicFilter, ...options }: AddOptions) => {
      const { client, id: registryId } = await registryOf(context, options);
      const serviceAccountId = await accountOf(context, client, options);
      const body = {
        ...{ database, stream },
        ...(name !== undefined && { name }),
        ...(mqttTopicFilter !== undefined && { mqttTopicFilter }),
        ...(serviceAccountId !== undefined && { serviceAccountId }),
      };
      const operation = await answer(sdk.addDataStreamExport({ client, path: { registryId }, body }));
      await reportChange(context, operation);
    });
  withExamples(
    add,
    'iotcore registry yds-export add --registry-name greenhouse --name stream --database /ru-central1/b1g/etn --stream telemetry',
  );
}

function registerList(parent: Command, context: CliContext): void {
  const list = addFolderOption(addRegistryOptions(parent.command('list'), 'registry'))
    .description('List the exports of a registry to data streams')
    .action(async (options: RegistryOptions) => {
      const { client, id: registryId } = await registryOf(context, options);
      const found = await answer(sdk.listDataStreamExports({ client, path: { registryId } }));
      await context.out.rows(
        found.dataStreamExports,
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'NAME', value: ({ name }) => name },
          { title: 'DATABASE', value: ({ database }) => database },
          { title: 'STREAM', value: ({ stream }) => stream },
          { title: 'FILTER', value: ({ mqttTopicFilter }) => mqttTopicFilter },
        ],
        'no exports to data streams',
      );
    });
  withExamples(list, 'iotcore registry yds-export list --registry-name greenhouse');
}

function registerDelete(parent: Command, context: CliContext): void {
  const remove = addFolderOption(addRegistryOptions(parent.command('delete'), 'registry'))
    .description('Delete an export of a registry to a data stream, with what it still owed')
    .requiredOption('--id <id>', 'the export')
    .action(async ({ id: dataStreamExportId, ...options }: RegistryOptions & { id: string }) => {
      const { client, id: registryId } = await registryOf(context, options);
      const path = { registryId, dataStreamExportId };
      const operation = await answer(sdk.deleteDataStreamExport({ client, path }));
      reportRemoval(context, operation, `the data stream export ${dataStreamExportId}`);
    });
  withExamples(remove, 'iotcore registry yds-export delete --registry-name greenhouse --id $EXPORT_ID');
}

/** `--id` and `--name` are of the export here. */
function registryOf(context: CliContext, { registryId, registryName, folderId }: RegistryOptions) {
  return selected(context, registryKind, undefined, {
    ...(registryId !== undefined && { id: registryId }),
    ...(registryName !== undefined && { name: registryName }),
    ...(folderId !== undefined && { folderId }),
  });
}

async function accountOf(
  context: CliContext,
  client: sdk.Client,
  { streamServiceAccountId: id, streamServiceAccountName: name, folderId }: Partial<AddOptions>,
): Promise<string | undefined> {
  if (name === undefined) return id;
  if (id !== undefined) throw usageError('name one service account: by its ID or by its name');
  const folder = await context.configuration.folderId(folderId);
  return findServiceAccountId(client, { folderId: folder, name, mayBeId: false });
}
