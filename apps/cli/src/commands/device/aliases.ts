/** `device add-topic-aliases, remove-topic-aliases`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { pairs, words } from '../../options/values.ts';
import { deviceKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { reportChange } from '../shared/report.ts';

type Aliases = Map<string, string>;

export function registerAliasChanges(parent: Command, context: CliContext): void {
  async function change(
    either: string | undefined,
    options: SelectionOptions,
    edit: (aliases: Aliases) => void,
  ): Promise<void> {
    const { client, id } = await selected(context, deviceKind, either, options);
    const path = { deviceId: id };
    const aliases = new Map(
      Object.entries((await answer(sdk.getDevice({ client, path }))).topicAliases ?? {}),
    );
    edit(aliases);
    const body = { updateMask: 'topicAliases', topicAliases: Object.fromEntries(aliases) };
    const operation = await answer(sdk.updateDevice({ client, path, body }));
    await reportChange(context, operation);
  }

  const add = addSelection(parent.command('add-topic-aliases'), deviceKind)
    .description('Add topic aliases to a device; one that it has gets the new prefix')
    .requiredOption(
      '--topic-aliases <alias=prefix,…>',
      'aliases to add; {id} stands for the ID of the device',
      pairs,
    )
    .action(
      (either: string | undefined, options: SelectionOptions & { topicAliases: Record<string, string> }) =>
        change(either, options, (aliases) => {
          for (const [alias, prefix] of Object.entries(options.topicAliases)) aliases.set(alias, prefix);
        }),
    );
  withExamples(
    add,
    "iotcore device add-topic-aliases pump --topic-aliases 'pump/commands=$devices/{id}/commands'",
  );

  const remove = addSelection(parent.command('remove-topic-aliases'), deviceKind)
    .description('Remove topic aliases from a device')
    .requiredOption('--topic-aliases <alias,…>', 'aliases to remove', words)
    .action((either: string | undefined, options: SelectionOptions & { topicAliases: readonly string[] }) =>
      change(either, options, (aliases) => {
        for (const alias of options.topicAliases)
          if (!aliases.delete(alias)) throw new CliError(`it has no alias ${alias}`, exitCodes.notFound);
      }),
    );
  withExamples(remove, 'iotcore device remove-topic-aliases pump --topic-aliases pump/commands');
}
