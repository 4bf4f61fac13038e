/** `registry|device|broker add-labels, remove-labels`. */
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { pairs, words } from '../../options/values.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';
import { reportChange } from './report.ts';

export function registerLabels(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;

  async function change(
    either: string | undefined,
    options: SelectionOptions,
    next: (labels: ReadonlyMap<string, string>) => Iterable<readonly [string, string]>,
  ): Promise<void> {
    const { client, id } = await selected(context, kind, either, options);
    const { labels = {} } = await kind.get(client, id);
    const changed = Object.fromEntries(next(new Map(Object.entries(labels))));
    const operation = await kind.update(client, id, { updateMask: 'labels', labels: changed });
    await reportChange(context, operation);
  }

  const add = addSelection(parent.command('add-labels'), kind)
    .description(`Add labels to a ${noun}; one that it has gets the new value`)
    .requiredOption('--labels <key=value,…>', 'labels to add', pairs)
    .action((either: string | undefined, options: SelectionOptions & { labels: Record<string, string> }) =>
      change(either, options, (labels) => [...labels, ...Object.entries(options.labels)]),
    );
  withExamples(add, `iotcore ${noun} add-labels ${exampleOf(noun)} --labels hall=7`);

  const remove = addSelection(parent.command('remove-labels'), kind)
    .description(`Remove labels from a ${noun}`)
    .requiredOption('--labels <key,…>', 'keys of the labels to remove', words)
    .action((either: string | undefined, options: SelectionOptions & { labels: readonly string[] }) =>
      change(either, options, (labels) => [...labels].filter(([key]) => !options.labels.includes(key))),
    );
  withExamples(remove, `iotcore ${noun} remove-labels ${exampleOf(noun)} --labels hall`);
}
