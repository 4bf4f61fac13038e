/** `registry|device|broker get, delete`. */
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { disabledUntil } from '../../resources/disabled.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';
import { reportRemoval } from './report.ts';

export function registerGet(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const get = addSelection(parent.command('get'), kind)
    .description(`Show a ${noun}`)
    .action(async (either: string | undefined, options: SelectionOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      const resource = await kind.get(client, id);
      // The formats for programs are the answer of the API.
      const disabled = context.out.isTable ? await disabledUntil(client, kind, resource) : undefined;
      await context.out.result(disabled === undefined ? resource : { ...resource, disabled });
    });
  withExamples(get, `iotcore ${noun} get ${exampleOf(noun)}`);
}

export function registerDelete(
  parent: Command,
  kind: Kind,
  context: CliContext,
  { consequence }: { readonly consequence: string },
): void {
  const { noun } = kind;
  const remove = addSelection(parent.command('delete'), kind)
    .description(`Delete a ${noun}; ${consequence}`)
    .action(async (either: string | undefined, options: SelectionOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      reportRemoval(context, await kind.remove(client, id), `${noun} ${id}`);
    });
  withExamples(remove, `iotcore ${noun} delete ${exampleOf(noun)}`);
}
