/** Two MQTT nodes of one cluster, over sockets, with an API: what tests of clusters share. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Installation, startInstallation } from '@iotcore/testkit';
import { afterAll } from 'vitest';

/** A folder for sockets, until the file ends. */
export function socketFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-sockets-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** One more node beside the first, for one test. */
export async function startNode(
  first: Installation,
  sockets: string,
  env: Record<string, string> = {},
): Promise<Installation> {
  return startInstallation({
    programs: ['mqtt'],
    database: first.databaseUrl,
    env: { IOT_INTERNAL_CLUSTER_SOCKETS: sockets, IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off', ...env },
  });
}

export interface ClusterStatus {
  readonly incarnation: string;
  readonly state: string;
  readonly isGood: boolean;
  readonly peers: readonly { readonly incarnation: string; readonly version: number }[];
  readonly resets: number;
}

export async function clusterStatus(node: Installation): Promise<ClusterStatus> {
  const answer = await fetch(`${node.adminUrl}/cluster`);
  return (await answer.json()) as ClusterStatus;
}

/** Waits until a node sees so many others, and may acknowledge. */
export async function expectPeers(node: Installation, peers: number): Promise<void> {
  await eventually(`${peers} peers`, async () => {
    const status = await clusterStatus(node);
    return status.isGood && status.peers.length === peers;
  });
}

/** A figure that a node tells of its cluster. */
export async function metric(node: Installation, name: string): Promise<number> {
  const text = await (await fetch(`${node.adminUrl}/metrics`)).text();
  const value = new RegExp(`^iotcore_mqtt_cluster_${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`there is no metric ${name}`);
  return Number(value);
}

/** Two nodes of one NATS, the first with an API, which have found each other. */
export async function twoNodes(env: Record<string, string>): Promise<[Installation, Installation]> {
  const first = await startInstallation({ env });
  const second = await startInstallation({
    programs: ['mqtt'],
    database: first.databaseUrl,
    env: { IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off', ...env },
  });
  await expectPeers(first, 1);
  await expectPeers(second, 1);
  return [first, second];
}
