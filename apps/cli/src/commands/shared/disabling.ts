/** `device|broker disable, enable`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { futureTime } from '../../options/values.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';
import { reportChange } from './report.ts';

interface DisableOptions extends SelectionOptions {
  readonly until?: string;
  readonly note?: string;
}

export function registerDisabling(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const disable = addSelection(parent.command('disable'), kind)
    .description(`Refuse a ${noun}, and end its sessions; its credentials stay`)
    .option(
      '--until <time>',
      'when it ends by itself: 12h, 14d, 2026-12-31T00:00:00Z; default: when it is enabled',
    )
    .option('--note <text>', 'the reason, for later readers')
    .action(async (either: string | undefined, { until, note, ...options }: DisableOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      const body = {
        ...(until && { endsAt: futureTime(until, context.now()).toISOString() }),
        ...(note && { note }),
      };
      const call =
        noun === 'broker'
          ? sdk.disableBroker({ client, path: { brokerId: id }, body })
          : sdk.disableDevice({ client, path: { deviceId: id }, body });
      await reportChange(context, await answer(call));
    });
  withExamples(disable, `iotcore ${noun} disable ${exampleOf(noun)} --until 12h --note 'lost on the site'`);

  const enable = addSelection(parent.command('enable'), kind)
    .description(`Let a disabled ${noun} connect again`)
    .action(async (either: string | undefined, options: SelectionOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      const call =
        noun === 'broker'
          ? sdk.enableBroker({ client, path: { brokerId: id } })
          : sdk.enableDevice({ client, path: { deviceId: id } });
      const operation = await answer(call);
      context.out.note(`enabled ${noun} ${id}`);
      context.out.note(`operation ${operation.id} is done`);
    });
  withExamples(enable, `iotcore ${noun} enable ${exampleOf(noun)}`);
}
