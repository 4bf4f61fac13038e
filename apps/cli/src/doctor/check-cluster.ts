/** Do the MQTT nodes of the installation hear each other? */
import { type ClusterView, readCluster } from '../cluster/read-cluster.ts';
import type { CliContext } from '../context.ts';
import type { Finding } from './finding.ts';

/** Nothing of a process that is alone. */
export async function* checkCluster({ configuration }: CliContext): AsyncGenerator<Finding> {
  const { admin } = (await configuration.running())?.addresses ?? {};
  const view = admin === undefined ? undefined : await readCluster(admin).catch(() => undefined);
  if (view && view.nodes[0]?.state !== 'alone') yield clusterFinding(view);
}

/** Of a node that answers. */
export function clusterFinding({ isGood, nodes }: ClusterView): Finding {
  const check = 'cluster';
  const members = nodes.filter(({ state }) => state === 'member').length;
  const details = { members };
  if (!isGood) {
    const finding = 'this node is not a member, and acknowledges nothing';
    return { status: 'fail', check, finding, advice: 'see `iotcore node list`, and its log', details };
  }
  const missed = nodes.filter(({ state, misses }) => state !== 'member' || misses.length > 0);
  if (missed.length === 0)
    return { status: 'ok', check, finding: `${members} nodes, which hear each other`, details };
  const finding = `${missed.map(({ node }) => node).join(', ')} joins, was left out, or misses others`;
  return { status: 'warn', check, finding, advice: 'see `iotcore node list`', details };
}
