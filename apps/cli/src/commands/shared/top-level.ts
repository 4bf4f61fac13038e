/** `registry|broker create, list`: what lies directly in a folder. */
import type * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addFolderOption } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import { disabledIn } from '../../resources/disabled.ts';
import { withExamples } from '../examples.ts';
import {
  addCreationOptions,
  addLogOptions,
  creationFields,
  type FieldOptions,
  logOptionsOf,
} from './fields.ts';
import { sayingWhere } from './if-empty.ts';
import { reportChange } from './report.ts';

export interface TopLevelKind {
  readonly noun: 'registry' | 'broker';
  readonly plural: string;
  create(
    client: sdk.Client,
    body: sdk.CreateRegistryRequest & sdk.CreateBrokerRequest,
  ): Promise<sdk.Operation>;
  list(
    client: sdk.Client,
    folderId: string,
    limit: number | undefined,
  ): AsyncIterable<sdk.Registry | sdk.Broker>;
}

interface FolderOptions {
  readonly folderId?: string;
}

export function registerCreate(
  parent: Command,
  { noun, create }: TopLevelKind,
  context: CliContext,
  ...examples: string[]
): void {
  const command = addLogOptions(addFolderOption(addCreationOptions(parent.command('create'), noun)))
    .description(`Create a ${noun}`)
    .action(async (name: string | undefined, options: FieldOptions & FolderOptions) => {
      const folderId = await context.configuration.folderId(options.folderId);
      const { fields, shown } = await creationFields(context, name, options);
      const client = await context.api();
      const operation = await create(client, { folderId, ...fields, ...logOptionsOf(options) });
      await reportChange(context, operation, shown);
    });
  withExamples(command, ...examples);
}

export function registerList(
  parent: Command,
  { noun, plural, list }: TopLevelKind,
  context: CliContext,
  ...examples: string[]
): void {
  const isBroker = noun === 'broker';
  const command = addFolderOption(parent.command('list'))
    .description(`List the ${plural} of a folder`)
    .option('--limit <n>', `${plural} at most`, count(1))
    .action(async (options: FolderOptions & { limit?: number }) => {
      const folderId = await context.configuration.folderId(options.folderId);
      const client = await context.api();
      const rows = list(client, folderId, options.limit);
      const disabled = isBroker && context.out.isTable ? await disabledIn(client, folderId) : undefined;
      await context.out.rows(
        sayingWhere(rows, context, { what: plural, folderId }),
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'NAME', value: ({ name }) => name },
          { title: 'STATUS', value: ({ status }) => status },
          ...(isBroker ? [{ title: 'DISABLED', value: ({ id }: { id: string }) => disabled?.get(id) }] : []),
          { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
          { title: 'LABELS', value: ({ labels }) => labels },
        ],
        undefined,
      );
    });
  withExamples(command, ...examples);
}
