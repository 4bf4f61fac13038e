/** Two MQTT servers as the nodes of one cluster. */
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort } from '@iotcore/process';
import { startListening } from '../process.ts';
import type { Broker } from './broker.ts';
import { openFleetDatabase, startServer } from './iotcore.ts';

interface NodesOptions {
  readonly id: string;
  readonly title: string;
  readonly carrier: 'socket' | 'nats';
  /** Are publishers at one and subscribers at the other? Else all are at the first. */
  readonly isCrossing: boolean;
}

/** Its processes: the one with the publishers, the other, and the nats-server if there is one. */
export function twoNodes({ id, title, carrier, isCrossing }: NodesOptions): Broker {
  return {
    ...{ id, title, share: 1 },
    version: async () => '',
    async start(place) {
      const database = await openFleetDatabase(place);
      const nats = carrier === 'nats' ? await startNats() : undefined;
      const settings: Record<string, string> = nats
        ? { IOT_NATS_SERVERS: nats.url }
        : { IOT_INTERNAL_CLUSTER_SOCKETS: await mkdtemp(join(place.folder, 'sockets-')) };
      const first = await startServer(place, database, [], settings);
      const second = await startServer(place, database, [], settings);
      await areTogether(first.adminPort);
      return {
        pid: first.pid,
        otherPids: [second.pid, ...(nats ? [nats.pid] : [])],
        port: (isCrossing ? second : first).port,
        tlsPort: first.tlsPort,
        publisherPort: first.port,
        async stop() {
          await second.stop();
          await first.stop();
          await nats?.stop();
          await database.stop();
        },
      };
    },
  };
}

/** Debian's. */
async function startNats() {
  const port = await findFreePort();
  const args = ['-a', '127.0.0.1', '-p', String(port)];
  const server = await startListening('/usr/sbin/nats-server', args, [port]);
  return { ...server, url: `nats://127.0.0.1:${port}` };
}

async function areTogether(adminPort: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/cluster`);
    const { isGood, peers } = (await answer.json()) as { isGood: boolean; peers: readonly unknown[] };
    if (isGood && peers.length === 1) return;
    await pause(50);
  }
}
