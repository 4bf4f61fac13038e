/** `iotcore block …`: address ranges that are kept out of MQTT, and what is disabled. */
import { isIPv6 } from 'node:net';
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { futureTime } from '../../options/values.ts';
import { listDisabled } from '../../resources/disabled.ts';
import { withExamples } from '../examples.ts';
import { reportChange, reportRemoval } from '../shared/report.ts';

interface AddOptions {
  readonly until: string;
  readonly note?: string;
}

export function register(program: Command, context: CliContext): void {
  const block = program
    .command('block')
    .alias('blocks')
    .description('Keep address ranges out of MQTT for a while');

  const add = block
    .command('add')
    .description('Block an address or range: its connections end, and new ones are closed at once')
    .argument('<network>', '192.0.2.7, 192.0.2.0/24, 2001:db8::/32')
    .requiredOption('--until <time>', 'when it ends by itself: 12h, 14d, 2026-12-31T00:00:00Z')
    .option('--note <text>', 'the reason, for later readers')
    .action(async (network: string, { until, note }: AddOptions) => {
      const body = {
        network: withLength(network),
        endsAt: futureTime(until, context.now()).toISOString(),
        ...(note && { note }),
      };
      await reportChange(
        context,
        await answer(sdk.createNetworkBlock({ client: await context.api(), body })),
      );
    });
  withExamples(add, "iotcore block add 192.0.2.0/24 --until 12h --note 'guesses passwords'");

  const list = block
    .command('list')
    .description('List the blocked ranges, and the devices and brokers that are disabled')
    .action(async () => {
      const client = await context.api();
      const { networkBlocks } = await answer(sdk.listNetworkBlocks({ client }));
      async function* all() {
        for (const { network: what, ...rest } of networkBlocks) yield { what, ...rest };
        for await (const one of listDisabled(client)) {
          const { resourceKind, resourceId, ...rest } = one;
          yield { what: `${resourceKind.toLowerCase()} ${resourceId}`, id: undefined, ...rest };
        }
      }
      await context.out.rows(
        all(),
        [
          { title: 'WHAT', value: ({ what }) => what },
          { title: 'UNTIL', value: ({ endsAt }) => endsAt ?? 'it is enabled' },
          { title: 'NOTE', value: ({ note }) => note },
          { title: 'SINCE', value: ({ createdAt }) => createdAt },
          { title: 'BY', value: ({ createdBy }) => createdBy },
          { title: 'ID', value: ({ id }) => id },
        ],
        'nothing is blocked, and nothing disabled',
      );
    });
  withExamples(list, 'iotcore block list');

  const remove = block
    .command('remove')
    .description('Let a blocked range connect again')
    .argument('<network-or-id>', 'as it was blocked, or the ID of the block')
    .action(async (named: string) => {
      const client = await context.api();
      const { networkBlocks } = await answer(sdk.listNetworkBlocks({ client }));
      const found = networkBlocks.filter(({ network }) => network === withLength(named));
      const ids = found.length > 0 ? found.map(({ id }) => id) : [named];
      for (const networkBlockId of ids) {
        const operation = await answer(sdk.deleteNetworkBlock({ client, path: { networkBlockId } }));
        reportRemoval(context, operation, `the block of ${named}`);
      }
    });
  withExamples(remove, 'iotcore block remove 192.0.2.0/24');
}

/** One address is a network of its own. */
function withLength(network: string): string {
  if (network.includes('/')) return network;
  if (isIPv6(network)) return `${network}/128`;
  return /^[\d.]+$/.test(network) ? `${network}/32` : network;
}
