/** Two nodes of one cluster over NATS, as on two machines. */
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type Installation, startInstallation } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clusterStatus, expectPeers, twoNodes } from '../mqtt/support/cluster.ts';
import { createDevice, createRegistry } from '../mqtt/support/test-client.ts';
import { NatsServer } from './nats.ts';

const cleanUp = (stop: () => Promise<void>) => onTestFinished(stop);

/** By how many hours the clock of a program that has just started is ahead, by its log. */
function hoursAhead(node: Installation): number {
  const line = node
    .logs()
    .split('\n')
    .find((one) => one.includes('"msg":"serving"'));
  const { time } = JSON.parse(line ?? '{}');
  return Math.round((new Date(time).getTime() - Date.now()) / 3_600_000);
}

describe('two nodes over NATS', () => {
  test('hand each other messages, and lose none when NATS is killed and comes back', async () => {
    const nats = await NatsServer.start(cleanUp);
    const [first, second] = await twoNodes({ IOT_NATS_SERVERS: nats.url });
    const registry = await createRegistry(first);
    const device = await createDevice(first, registry);
    const listener = await registry.at(second).connect();
    await listener.subscribe('$devices/#');
    const sender = await device.connect();
    const topic = `$devices/${device.id}/events`;
    for (let n = 0; n < 300; n++) {
      if (n === 100) await nats.kill();
      const sent = sender.publish(topic, String(n), { qos: 1 });
      if (n === 100) await nats.start();
      await sent;
      expect(String((await listener.messages.next()).payload)).toBe(String(n));
    }
    expect([sender.connected, listener.connected]).toEqual([true, true]);
    expect((await clusterStatus(first)).resets + (await clusterStatus(second)).resets).toBe(0);
  });

  test('let nothing pass by that is published at one after a SUBACK of the other', async () => {
    const nats = await NatsServer.start(cleanUp);
    const [first, second] = await twoNodes({ IOT_NATS_SERVERS: nats.url });
    const registry = await createRegistry(first);
    const sender = await registry.connect();
    // Each device is a namespace that nobody has listened to before.
    for (let n = 0; n < 500; n++) {
      const device = await createDevice(first, registry);
      const listener = await device.at(second).connect();
      await listener.subscribe('$me/device/commands');
      await sender.publish(`$devices/${device.id}/commands`, String(n), { qos: 1 });
      expect(String((await listener.messages.next()).payload)).toBe(String(n));
      await listener.end();
    }
  });

  test('go on at the oldest alone when NATS stays away, and are two again when it is back', async () => {
    const nats = await NatsServer.start(cleanUp);
    const [first, second] = await twoNodes({ IOT_NATS_SERVERS: nats.url });
    const registry = await createRegistry(first);
    const device = await createDevice(first, registry);
    const cut = await registry.at(second).connect();
    await cut.subscribe('$devices/#');
    await nats.kill();
    await cut.expectClosed();
    await eventually('the first to go on alone', async () => {
      const status = await clusterStatus(first);
      return status.isGood && status.peers.length === 0;
    });
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events`, 'alone', { qos: 1 });
    expect((await clusterStatus(first)).resets).toBe(0);

    await nats.start();
    await expectPeers(first, 1);
    await expectPeers(second, 1);
    const back = await registry.at(second).connect();
    await back.subscribe('$devices/#');
    await sender.publish(`$devices/${device.id}/events`, 'again', { qos: 1 });
    expect(String((await back.messages.next()).payload)).toBe('again');
  });

  test('are one although the clock of one is an hour ahead, and again when it is an hour behind', async () => {
    const [library] = globSync('/usr/lib/*/faketime/libfaketime.so.1');
    const nats = await NatsServer.start(cleanUp);
    const env = { IOT_NATS_SERVERS: nats.url };
    const first = await startInstallation({ env });
    const registry = await createRegistry(first);
    for (const offset of ['+1h', '-1h']) {
      const second = await startInstallation({
        programs: ['mqtt'],
        database: first.databaseUrl,
        env: {
          ...{ IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off', ...env },
          ...{ LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: '1' },
        },
      });
      await expectPeers(second, 1);
      await expectPeers(first, 1);
      expect(hoursAhead(second)).toBe(Number.parseInt(offset, 10));
      const device = await createDevice(first, registry);
      const topic = `$devices/${device.id}/events`;
      for (const [at, from] of [
        [first, second],
        [second, first],
      ] as const) {
        const listener = await registry.at(at).connect();
        await listener.subscribe('$devices/#');
        await (await device.at(from).connect()).publish(topic, offset, { qos: 1 });
        expect(String((await listener.messages.next()).payload)).toBe(offset);
      }
      const resets = [first, second].map(async (node) => (await clusterStatus(node)).resets);
      expect(await Promise.all(resets)).toEqual([0, 0]);
      await second.stop();
    }
  });

  test('of two installations on one NATS know nothing of each other', async () => {
    const nats = await NatsServer.start(cleanUp);
    const env = { IOT_NATS_SERVERS: nats.url };
    const others = [await startInstallation({ env }), await startInstallation({ env })];
    for (const other of others) expect((await clusterStatus(other)).peers).toEqual([]);
  });
});

describe('a node without its NATS', () => {
  test('refuses to start, and says which setting is wrong', async () => {
    const nats = await NatsServer.start(cleanUp);
    const { url } = nats;
    await nats.kill();
    const cases: [Record<string, string>, RegExp][] = [
      [{ IOT_NATS_SERVERS: url }, /^mqtt: IOT_NATS_SERVERS: nats:.*cannot connect/m],
      [{ IOT_NATS_SERVERS: 'nats://192.0.2.1:4222' }, /^mqtt: IOT_NATS_SERVERS: .*in the clear/m],
    ];
    for (const [env, line] of cases) {
      const node = await startInstallation({ programs: ['mqtt'], env, waitUntilReady: false });
      expect((await node.program('mqtt').waitExit()).code).toBe(1);
      expect(node.logs()).toMatch(line);
    }
  });

  test('that is denied a subject is told so, and does not become a part of the cluster', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iotcore-nats-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const config = join(folder, 'nats.conf');
    writeFileSync(
      config,
      `authorization { users: [
        { user: denied, password: secret-of-the-test, permissions: { publish: "other.>", subscribe: ">" } }
      ] }
      no_auth_user: denied\n`,
    );
    const nats = await NatsServer.start(cleanUp, ['-c', config]);
    const env = { IOT_NATS_SERVERS: nats.url };
    const first = await startInstallation({ programs: ['mqtt'], env });
    const denied = await startInstallation({
      programs: ['mqtt'],
      database: first.databaseUrl,
      env: { IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off', ...env },
      waitUntilReady: false,
    });
    await eventually('the denial in its log', () => /Permissions Violation/i.test(denied.logs()));
    expect(await clusterStatus(first)).toMatchObject({ isGood: true, peers: [], resets: 0 });
    expect(denied.logs()).not.toContain('"msg":"serving"');
  });

  test('that wants an account is told to name its credentials', async () => {
    const first = await startInstallation({ programs: ['mqtt'] });
    const config = join(first.dataDir, 'nats.conf');
    writeFileSync(config, 'authorization { user: iotcore, password: secret-of-the-test }\n');
    const nats = await NatsServer.start(cleanUp, ['-c', config]);
    const node = await startInstallation({
      programs: ['mqtt'],
      env: { IOT_NATS_SERVERS: nats.url },
      waitUntilReady: false,
    });
    expect((await node.program('mqtt').waitExit()).code).toBe(1);
    expect(node.logs()).toMatch(/IOT_NATS_CREDENTIALS_FILE/);
  });
});
