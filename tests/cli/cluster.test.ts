/** What an operator sees of two nodes that are one server: the metrics of each, `iotcore node list` and `iotcore doctor`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, writeRunFile } from '@iotcore/process';
import { eventually, fullTest, type Installation, sharedInstallation } from '@iotcore/testkit';
import { expect, onTestFinished } from 'vitest';
import { clusterStatus, expectPeers, socketFolder, startNode } from '../mqtt/support/cluster.ts';
import { createDevice, createRegistry } from '../mqtt/support/test-client.ts';
import { iotcore } from './support/iotcore.ts';

const sockets = socketFolder();
const first = sharedInstallation({ env: { IOT_INTERNAL_CLUSTER_SOCKETS: sockets } });

/** By their names without `iotcore_mqtt_cluster_`. */
async function metricsOf({ adminUrl }: Installation): Promise<Record<string, number>> {
  const page = await (await fetch(`${adminUrl}/metrics`)).text();
  const found = [...page.matchAll(/^iotcore_mqtt_cluster_(\w+)(?:\{[^}]*\})? (\S+)$/gm)];
  return Object.fromEntries(found.map(([, name, value]) => [name, Number(value)]));
}

/** A data folder whose MQTT server is this node. */
async function folderOf({ adminUrl }: Installation): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await writeRunFile(folder, {
    pid: process.pid,
    databaseUrl: new Secret(''),
    addresses: { admin: adminUrl },
  });
  return folder;
}

fullTest(
  'metrics, node list and doctor show two nodes, what crosses between them, and the one that has gone',
  async () => {
    const second = await startNode(first(), sockets);
    await expectPeers(first(), 1);
    await expectPeers(second, 1);
    const registry = await createRegistry(first());
    const device = await createDevice(first(), registry);
    const listener = await registry.at(second).connect();
    await listener.subscribe('$devices/#');
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events`, 'across', { qos: 1 });
    expect(String((await listener.messages.next()).payload)).toBe('across');

    // Rows and links are looked at by each node in its own time.
    for (const node of [first(), second]) {
      await expect
        .poll(() => metricsOf(node))
        .toMatchObject({
          ...{ good: 1, carrier_connected: 1, members: 2, peers: 1, messages_dropped_total: 0 },
          ...{ held: 0, unacknowledged_frames: 0, unacknowledged_bytes: 0 },
          ...{ frames_resent_total: expect.any(Number), lag_seconds: expect.any(Number) },
        });
    }
    await eventually('each node to know the interest of the other', async () => {
      const [here, there] = [await metricsOf(first()), await metricsOf(second)];
      return (
        (there['own_interest'] ?? 0) > 0 &&
        here['own_interest'] === there['others_interest'] &&
        here['others_interest'] === there['own_interest']
      );
    });

    const folder = await folderOf(first());
    const env = { IOTCORE_DATA_DIR: folder };
    const incarnations = [first(), second].map(async (node) =>
      (await clusterStatus(node)).incarnation.slice(0, 8),
    );
    const [own, other] = await Promise.all(incarnations);
    const list = async (...more: string[]) => {
      const { status, stdout } = await iotcore(['node', 'list', '--format', 'json', ...more], { env });
      expect(status).toBe(0);
      return JSON.parse(stdout) as { node: string }[];
    };
    const row = (node: string | undefined, seen: string) => ({ node, state: 'member', seen, misses: [] });
    await expect.poll(() => list()).toMatchObject([row(own, 'itself'), row(other, 'linked')]);
    await expect
      .poll(() => list('--admin-url', second.adminUrl))
      .toMatchObject([row(own, 'linked'), row(other, 'itself')]);
    // A node that had no time for some seconds is missed for a moment.
    const finding = async () => {
      const { stdout } = await iotcore(['doctor', '--format', 'json'], { env });
      return (JSON.parse(stdout) as { check: string }[]).find(({ check }) => check === 'cluster');
    };
    await expect.poll(finding).toMatchObject({ status: 'ok', details: { members: 2 } });

    await second.stop();
    await expectPeers(first(), 0);
    await eventually('the row to be read', async () => (await metricsOf(first()))['members'] === 1);
    await expect.poll(() => list()).toMatchObject([row(own, 'itself')]);
    await expect.poll(finding).toMatchObject({ status: 'ok', details: { members: 1 } });
  },
);
