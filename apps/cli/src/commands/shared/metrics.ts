/** `registry|broker metrics`: what it did lately. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { count, pastTime } from '../../options/values.ts';
import type { Column } from '../../output/table.ts';
import type { Kind } from '../../resources/kinds.ts';
import { exampleOf, withExamples } from '../examples.ts';

interface MetricsOptions extends SelectionOptions {
  readonly since: string;
  readonly step: number;
}

type Point = sdk.ReadMetricsResponse['points'][number];

/** Rates are means of a point, which is `step` seconds long. */
function columnsOf(step: number): readonly Column<Point>[] {
  const figure = (title: string, name: string) => ({
    title,
    value: ({ figures }: Point) => String(figures[name] ?? 0),
  });
  const rate = (title: string, name: string) => ({
    title,
    value: ({ figures }: Point) => String(Math.round((10 * (figures[name] ?? 0)) / step) / 10),
  });
  return [
    { title: 'TIME', value: ({ at }) => at },
    figure('CONNECTIONS', 'connections'),
    rate('IN/S', 'messagesReceived'),
    rate('BYTES IN/S', 'bytesReceived'),
    rate('OUT/S', 'messagesSent'),
    rate('BYTES OUT/S', 'bytesSent'),
    figure('DROPPED', 'messagesDropped'),
    figure('REFUSED', 'refused'),
  ];
}

const daySeconds = 86_400;

export function registerMetrics(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const metrics = addSelection(parent.command('metrics'), kind)
    .description(`Show what a ${noun} did: connections, messages and bytes a second, refused clients`)
    .option('--since <time>', 'from when on, a day at most: 2h, 15:04:05, 2026-11-30T15:04:05Z', '1h')
    .option('--step <seconds>', 'how long a line is, a multiple of 60', count(1), 60)
    .action(async (either: string | undefined, options: MetricsOptions) => {
      const { client, id } = await selected(context, kind, either, options);
      const from = pastTime(options.since, context.now()).toISOString();
      const scope = noun === 'registry' ? 'REGISTRY' : 'BROKER';
      const step = Math.min(options.step, daySeconds);
      const { points } = await answer(sdk.readMetrics({ client, query: { scope, id, from, step } }));
      const none = `no figures: the ${noun} did nothing in that time (those of a minute come when it is over)`;
      await context.out.rows(points, columnsOf(step), none);
    });
  withExamples(metrics, `iotcore ${noun} metrics ${exampleOf(noun)} --since 2h`);
}
