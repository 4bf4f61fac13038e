/** `iotcore node …`. */
import type { Command } from 'commander';
import { type ClusterNodeView, readCluster } from '../../cluster/read-cluster.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../errors.ts';
import type { Column } from '../../output/table.ts';
import { withExamples } from '../examples.ts';

const columns: readonly Column<ClusterNodeView>[] = [
  { title: 'NODE', value: ({ node }) => node },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'SEEN', value: ({ seen }) => seen },
  { title: 'UNACKNOWLEDGED', value: ({ unacknowledgedBytes }) => String(unacknowledgedBytes) },
  { title: 'LAG', value: ({ lagMs }) => (lagMs === undefined ? '' : `${lagMs} ms`) },
  { title: 'MISSES', value: ({ misses }) => misses.join(' ') },
];

export function register(program: Command, context: CliContext): void {
  const node = program.command('node').description('Look at the MQTT nodes of the installation');
  const list = node
    .command('list')
    .description('List the nodes of the cluster, as one of them sees it')
    .option('--admin-url <url>', 'admin port of the node to ask (default: that of the data folder)')
    .action(async ({ adminUrl }: { adminUrl?: string }) => {
      const url = adminUrl ?? (await context.configuration.running())?.addresses['admin'];
      if (url === undefined)
        throw new CliError('no MQTT server runs in the data folder; name one by --admin-url');
      const { nodes } = await readCluster(url).catch((error: Error) => {
        throw new CliError(`${url} does not answer (${error.message})`);
      });
      await context.out.rows(nodes, columns, undefined);
    });
  withExamples(list, 'iotcore node list', 'iotcore node list --format json');
}
