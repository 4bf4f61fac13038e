import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';
import { addChangeOptions, changeOf, type FieldOptions } from './fields.ts';
import { reportChange } from './report.ts';

/** `registry|device|broker update`: changes what is named, and leaves the rest. */
export function registerUpdate(parent: Command, kind: Kind, context: CliContext): Command {
  const { noun } = kind;
  const update = addChangeOptions(addSelection(parent.command('update'), kind), noun)
    .description(`Change a ${noun}; what is not named stays`)
    .action(async (either: string | undefined, options: SelectionOptions & FieldOptions) => {
      const change = changeOf(options);
      const { client, id } = await selected(context, kind, either, options);
      await reportChange(context, await kind.update(client, id, change));
    });
  return withExamples(update, `iotcore ${noun} update ${exampleOf(noun)} --description 'Hall 7'`);
}
