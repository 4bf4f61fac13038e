import { systemClock } from '@iotcore/process/clock';
import { expect, onTestFinished } from 'vitest';
import type { Carrier } from '../carriers/carrier.ts';
import { ClusterNode } from '../cluster-node.ts';
import { namespaceHash } from '../interest/namespace-hash.ts';
import { payloadOf, placed, RemoteRoute } from '../links/remote.ts';
import { MemoryRows } from './memory-rows.ts';

export interface Member {
  readonly node: ClusterNode;
  /** What its subscribers were handed. */
  readonly heard: string[];
}

/** As many members of one cluster, until the test is over. */
export async function startCluster(carriers: readonly Carrier[], linkBytes = 1_048_576): Promise<Member[]> {
  const rows = new MemoryRows();
  const members: Member[] = [];
  for (const carrier of carriers) {
    const heard: string[] = [];
    const node = new ClusterNode({
      ...{ clock: systemClock, carrier, statements: rows.statements(), graceMs: 60_000, linkBytes },
      deliver: (_destinations, message) => void heard.push(String(payloadOf(message))),
      closeSessions: async () => {},
      failed: (what, error) => {
        throw new Error(what, { cause: error });
      },
      changed: () => {},
    });
    onTestFinished(() => node.stop());
    await node.start();
    await expect.poll(() => node.isGood).toBe(true);
    members.push({ node, heard });
  }
  return members;
}

/** Resolves with SUBACK. */
export function subscribe({ node }: Member, namespace: string): Promise<void> {
  const hash = namespaceHash(namespace);
  node.gainInterest(hash);
  return new Promise((resolve, reject) => {
    if (node.subscribed(hash, (error) => (error ? reject(error) : resolve()))) resolve();
  });
}

/** Resolves with PUBACK. */
export function publish({ node }: Member, namespace: string, text: string): Promise<void> {
  const route = new RemoteRoute([{ namespace, topic: 't' }]);
  return Promise.resolve(node.publish(route, '', placed(Buffer.from(text), 1))?.arrived());
}
