/**
 * Several engines of one cluster behind the port of one. Connections are given to them in turn. What is promised of one
 * engine must hold for all together.
 */
import { createHash } from 'node:crypto';
import type {
  CreateEngine,
  Engine,
  EngineHost,
  EngineLimits,
  EngineOptions,
  EngineStats,
} from '@iotcore/engine';
import { reasonOf } from '@iotcore/engine';
import { createNativeEngine } from '@iotcore/engine/native';
import { systemClock } from '@iotcore/process/clock';
import { createClusterBus, type Delivery } from '../bus/cluster-bus.ts';
import { RetainedOrder } from '../bus/retained-order.ts';
import { ClusterNode } from '../cluster-node.ts';
import { MemoryNetwork } from './memory-network.ts';
import { MemoryRows } from './memory-rows.ts';

/** Makes engines that are each so many nodes. */
export function clusteredEngine(nodes: number): CreateEngine {
  return <P>(host: EngineHost<P>, limits: EngineLimits, options?: EngineOptions): Engine<P> => {
    const network = new MemoryNetwork();
    const rows = new MemoryRows();
    const members = Array.from({ length: nodes }, () => {
      const delivery: Delivery = { deliver: () => {} };
      const order = new RetainedOrder({ clock: systemClock, read: async () => undefined });
      const node = new ClusterNode({
        clock: systemClock,
        carrier: network.carrier(),
        statements: rows.statements(),
        graceMs: 60_000,
        linkBytes: 16_777_216,
        lingerMs: 0,
        deliver: (destinations, message) => delivery.deliver(destinations, message),
        closeSessions: async (reason) => void engine.disconnect(() => true, reasonOf(reason)),
        failed: (what, error) => {
          throw new Error(what, { cause: error });
        },
        changed: () => {},
      });
      const engine: Engine<P> = createNativeEngine(host, limits, {
        ...options,
        createBus: createClusterBus({ node, delivery, order }),
        clientIds: {
          claim(scope, clientId, taken) {
            const key = createHash('sha256').update(`${scope}\0${clientId}`).digest('hex').slice(0, 32);
            const { promise: known, resolve, reject } = Promise.withResolvers<void>();
            const claim = node.claim(key, taken, (error) => (error ? reject(error) : resolve()));
            return { known, release: () => claim.release() };
          },
        },
      });
      return { node, engine };
    });
    return joined(members, startOneByOne(members.map(({ node }) => node)));
  };
}

/** Each joins those before it: so all are there at once. */
async function startOneByOne(nodes: readonly ClusterNode[]): Promise<void> {
  for (const node of nodes) {
    await node.start();
    while (!node.isGood) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function joined<P>(
  members: readonly { readonly node: ClusterNode; readonly engine: Engine<P> }[],
  together: Promise<void>,
): Engine<P> {
  const engines = members.map(({ engine }) => engine);
  let accepted = 0;
  const next = () => engines[accepted++ % engines.length] as Engine<P>;
  const sum = (key: keyof EngineStats) => engines.reduce((all, engine) => all + engine.stats()[key], 0);
  return {
    accept: (socket, transport) => next().accept(socket, transport),
    // The API hands messages to members alone.
    publish: (route, payload, qos) => together.then(() => next().publish(route, payload, qos)),
    hasSubscribers: (namespace) => engines.some((engine) => engine.hasSubscribers(namespace)),
    disconnect: (which, reason) => engines.reduce((all, engine) => all + engine.disconnect(which, reason), 0),
    sessions: () => engines.flatMap((engine) => [...engine.sessions()]),
    stats: () => ({
      sessions: sum('sessions'),
      subscriptions: sum('subscriptions'),
      messagesReceived: sum('messagesReceived'),
      messagesSent: sum('messagesSent'),
      messagesDropped: sum('messagesDropped'),
    }),
    async close(reason) {
      // In the order in which nodes are stopped: one after the other, each while the others still accept what it hands over.
      for (const { engine, node } of members.toReversed()) {
        await engine.close(reason);
        await node.stop();
      }
    },
  };
}
