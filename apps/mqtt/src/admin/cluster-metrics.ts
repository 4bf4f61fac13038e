/** What a node of a cluster says of its cluster, on the metrics page; a process that is alone says nothing. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ClusterStatus } from './admin-server.ts';

export function addClusterMetrics(registry: Registry, read: () => ClusterStatus): void {
  const gauge = (name: string, help: string, value: (status: ClusterStatus) => number) =>
    new Gauge({
      name: `iotcore_mqtt_cluster_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(value(read()));
      },
    });
  const counter = (name: string, help: string, value: (status: ClusterStatus) => number) =>
    new Counter({
      name: `iotcore_mqtt_cluster_${name}`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(value(read()));
      },
    });
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0);
  const ofPeers = (key: 'unacknowledgedFrames' | 'unacknowledgedBytes') => (status: ClusterStatus) =>
    sum(status.peers.map((peer) => peer[key]));

  gauge('good', '1 while this node may acknowledge messages', ({ isGood }) => Number(isGood));
  gauge('carrier_connected', '1 while frames can leave', ({ isConnected }) => Number(isConnected));
  gauge('peers', 'Other nodes that this one is linked with', ({ peers }) => peers.length);
  gauge(
    'members',
    'Members by the rows of the database',
    ({ rows }) => rows.filter(({ state }) => state === 'member').length,
  );
  gauge('unacknowledged_frames', 'Frames that others have not acknowledged', ofPeers('unacknowledgedFrames'));
  gauge('unacknowledged_bytes', 'Their bytes', ofPeers('unacknowledgedBytes'));
  gauge(
    'lag_seconds',
    'How long ago what the slowest peer has acknowledged was sent',
    ({ peers }) => Math.max(0, ...peers.map(({ confirmedAgoMs }) => confirmedAgoMs)) / 1000,
  );
  gauge('held', 'Acknowledgements to clients that wait for others', ({ held }) => held);
  gauge('own_interest', 'Namespaces with subscribers here', ({ ownInterest }) => ownInterest);
  gauge('others_interest', 'Namespaces with subscribers elsewhere', ({ othersInterest }) => othersInterest);
  counter('frames_resent_total', 'Frames that were sent again', ({ resent }) => resent);
  counter('messages_dropped_total', 'Messages at QoS 0 not sent to a node', ({ dropped }) => dropped);
  counter('resets_total', 'Times that this node closed all sessions and joined anew', ({ resets }) => resets);
}
