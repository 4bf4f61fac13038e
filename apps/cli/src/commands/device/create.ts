import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import {
  addFolderOption,
  addRegistryOptions,
  type RegistryOptions,
  selected,
} from '../../options/selection.ts';
import { pairs } from '../../options/values.ts';
import { registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { addCreationOptions, creationFields, type FieldOptions } from '../shared/fields.ts';
import { reportChange } from '../shared/report.ts';

interface CreateOptions extends FieldOptions, RegistryOptions {}

export function registerCreate(parent: Command, context: CliContext): void {
  const create = addFolderOption(
    addRegistryOptions(addCreationOptions(parent.command('create'), 'device'), 'registry that it belongs to'),
  )
    .description('Create a device in a registry')
    .option(
      '--topic-aliases <alias=prefix,…>',
      'topic aliases; in a prefix {id} stands for the ID of the device',
      pairs,
    )
    .action(async (name: string | undefined, options: CreateOptions) => {
      const { fields, shown } = await creationFields(context, name, options);
      const { name: _ofDevice, topicAliases, ...ofRegistry } = options;
      const { client, id } = await selected(context, registryKind, undefined, ofRegistry);
      const body = { registryId: id, ...fields, ...(topicAliases === undefined ? {} : { topicAliases }) };
      const operation = await answer(sdk.createDevice({ client, body }));
      await reportChange(context, operation, shown);
    });
  withExamples(
    create,
    'iotcore device create pump --registry-name greenhouse --generate-password',
    "iotcore device create --name valve --registry-name greenhouse --topic-aliases 'valve/events=$devices/{id}/events'",
  );
}
