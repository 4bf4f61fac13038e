/** Two nodes of one cluster are one server to their clients. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { encodeFrame, encodeRecord, type FrameHead, placed, socketPath } from '@iotcore/cluster/internal';
import { openDatabase } from '@iotcore/store';
import { removeNodes, renewNode } from '@iotcore/store/data-plane';
import {
  ConnectRefused,
  eventually,
  expectSilence,
  fullTest,
  type Installation,
  type MqttSession,
  pathOf,
  refusalOf,
  sharedInstallation,
  startInstallation,
  tries,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { clusterStatus, expectPeers, metric, socketFolder, startNode } from '../support/cluster.ts';
import { createBroker, createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const sockets = socketFolder();
const limits = { IOT_MQTT_MAX_CONNECTIONS_PER_PRINCIPAL: '20' };
const first = sharedInstallation({ env: { IOT_INTERNAL_CLUSTER_SOCKETS: sockets, ...limits } });
const second = sharedInstallation({
  programs: ['mqtt'],
  database: () => first().databaseUrl,
  env: { IOT_INTERNAL_CLUSTER_SOCKETS: sockets, IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off', ...limits },
});
let registry: TestClient;
let device: TestClient;

beforeAll(async () => {
  registry = await createRegistry(first());
  device = await createDevice(first(), registry, { topicAliases: { 'tag/': '$devices/{id}/' } });
  await expectPeers(first(), 1);
});

/** One more, for a test that does something to it. */
async function thirdNode(env: Record<string, string> = {}): Promise<Installation> {
  const third = await startNode(first(), sockets, env);
  await expectPeers(first(), 2);
  return third;
}

/** As all nodes together tell. */
async function sessionsOf({ id }: TestClient): Promise<number> {
  const { sessions } = await first().api.must('GET', `/ext/v1/devices/${id}/sessions`);
  return (sessions as unknown[]).length;
}

describe('two nodes', () => {
  test('hand each other what is published, in its order, under the names that each side may use', async () => {
    const backEnd = await registry.at(second()).connect();
    await backEnd.subscribe(['$devices/#', '$registries/#']);
    const sender = await device.connect();
    await sender.subscribe(['$devices/+/commands', '$me/device/config']);
    const far = `$devices/${device.id}`;

    const topics = [`${far}/events`, '$me/device/events', 'tag/events/deep/er'];
    for (const topic of topics) await sender.publish(topic, topic, { qos: 1 });
    for (const topic of topics) {
      const { topic: name, payload } = await backEnd.messages.next();
      expect([name, String(payload)]).toEqual([topic.replace(/^(\$me\/device|tag)/, far), topic]);
    }
    for (let n = 0; n < 500; n++)
      void sender.publish(`${far}/events`, String(n), { qos: n % 2 === 0 ? 1 : 0 });
    for (let n = 0; n < 500; n++) expect(String((await backEnd.messages.next()).payload)).toBe(String(n));

    await backEnd.publish(`${far}/commands`, 'on', { qos: 1 });
    await backEnd.publish(`${far}/config`, 'new', { qos: 1 });
    expect(String((await sender.messages.next()).payload)).toBe('on');
    expect(await sender.messages.next()).toMatchObject({ topic: '$me/device/config' });
  });

  test('keep tenants apart: nobody of another registry or broker hears anything', async () => {
    const theirs = await createRegistry(first());
    const theirDevice = await createDevice(first(), theirs);
    const stranger = await theirs.at(second()).connect();
    await stranger.subscribe(['$devices/#', '$registries/#']);
    const broker = await createBroker(first());
    const listener = await broker.at(second()).connect();
    await listener.subscribe('#');
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events`, 'not theirs', { qos: 1 });

    const other = await broker.connect();
    await expectSilence(listener, (marker) => other.publish('any/topic', marker, { qos: 1 }));
    const own = await theirDevice.connect();
    const topic = `$devices/${theirDevice.id}/events`;
    await expectSilence(stranger, (marker) => own.publish(topic, marker, { qos: 1 }));
  });

  test('let nothing pass by that is published elsewhere after a SUBACK', async () => {
    const sender = await registry.connect();
    for (let n = 0; n < tries(500); n++) {
      const other = await createDevice(first(), registry);
      const listener = await other.at(second()).connect();
      await listener.subscribe('$me/device/commands');
      await sender.publish(`$devices/${other.id}/commands`, String(n), { qos: 1 });
      expect(String((await listener.messages.next()).payload)).toBe(String(n));
      await listener.end();
    }
  });

  test('take what the API publishes once', async () => {
    const listeners = [await registry.connect(), await registry.at(second()).connect()];
    for (const listener of listeners) await listener.subscribe('$devices/+/events');
    for (let n = 0; n < 10; n++) {
      await first().api.must('POST', `${pathOf(device.owner)}/publish`, {
        topic: `$devices/${device.id}/events`,
        data: Buffer.from(String(n)).toString('base64'),
      });
    }
    for (const listener of listeners)
      for (let n = 0; n < 10; n++) expect(String((await listener.messages.next()).payload)).toBe(String(n));
  });

  test('show a live view what is published at each of them, once, and who is refused at each', async () => {
    const stream = await first().api.watch(`/ext/v1/devices/${device.id}/messages:watch`);
    for (const node of [first(), second(), first()]) {
      const sender = await device.at(node).connect();
      await sender.publish(`$devices/${device.id}/events`, 'x', { qos: 1 });
      await refusalOf({ ...node.overTcp, username: device.id, password: 'wrong' });
      await sender.end();
    }
    const seen = () => [stream.arrived('message').length, stream.arrived('refused').length];
    await expect.poll(seen).toEqual([3, 3]);
    await stream.close();
  });

  test('close the older session of a client ID, whichever of them has it', async () => {
    const nodes = [first(), second(), first()];
    let session = await device.at(second()).connect({ clientId: 'one' });
    for (const node of nodes) {
      const next = await device.at(node).connect({ clientId: 'one' });
      await session.expectClosed();
      expect(next.connected).toBe(true);
      session = next;
    }
    const stranger = await registry.at(second()).connect({ clientId: 'one' });
    expect([session.connected, stranger.connected]).toEqual([true, true]);
  });

  test('leave one of many connections that one client ID makes at both of them at once, and no route to the others', async () => {
    const racer = await createDevice(first(), registry);
    const made = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const at = racer.at(n % 2 === 0 ? first() : second());
        // A client that loses the race before it is answered is not answered.
        const session = await at.connect({ clientId: 'one' }).catch(() => undefined);
        await session?.subscribe('$me/device/commands').catch(() => {});
        return session;
      }),
    );
    const living = () => made.filter((session) => session?.connected);
    await expect.poll(() => living().length).toBe(1);
    await expect.poll(() => sessionsOf(racer)).toBe(1);
    const [winner] = living() as [MqttSession];
    const sender = await registry.connect();
    await sender.publish(`$devices/${racer.id}/commands`, 'to the one', { qos: 1 });
    expect(String((await winner.messages.next()).payload)).toBe('to the one');
    expect(made.every((session) => (session?.messages.size ?? 0) === 0)).toBe(true);
  });

  test('count the sessions of a device together', async () => {
    const greedy = await createDevice(first(), registry);
    for (let n = 0; n < 12; n++) await greedy.at(second()).connect();
    for (let n = 0; n < 8; n++) await greedy.connect();
    await eventually('one more to be refused', async () => {
      const outcome = await greedy.connect().catch((error: unknown) => error);
      if (outcome instanceof ConnectRefused) return outcome.code === 3;
      await (outcome as MqttSession).end();
      return false;
    });
  });

  test('deliver the will of a client of the other', async () => {
    const listener = await registry.at(second()).connect();
    await listener.subscribe('$devices/+/events/#');
    const topic = `$devices/${device.id}/events/gone`;
    const mortal = await device.connect({ will: { topic, payload: 'gone', qos: 1 } });
    mortal.drop();
    expect(await listener.messages.next()).toMatchObject({ topic });
  });

  test('keep what is stored for the clients of both', async () => {
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/state`, 'stored', { qos: 1 });
    const listener = await registry.at(second()).connect();
    await listener.subscribe('$devices/+/state');
    expect(await listener.messages.next()).toMatchObject({ retain: true, payload: Buffer.from('stored') });
    await sender.publish(`$devices/${device.id}/state`, 'newer', { qos: 1 });
    expect(await listener.messages.next()).toMatchObject({ retain: false, payload: Buffer.from('newer') });
  });

  test('let everybody hear last what is stored, whoever stores it', async () => {
    const topic = `$devices/${device.id}/state`;
    const listeners = [await registry.connect(), await registry.at(second()).connect()];
    for (const listener of listeners) await listener.subscribe(topic);
    const writers = [await device.connect(), await device.at(second()).connect()];
    const sent: Promise<void>[] = [];
    for (let n = 0; n < 50; n++)
      for (const [index, writer] of writers.entries())
        sent.push(writer.publish(topic, `${index}.${n}`, { qos: 1 }));
    await Promise.all(sent);
    const late = await registry.at(second()).connect();
    await late.subscribe(topic);
    const stored = String((await late.messages.next()).payload);
    for (const listener of listeners) {
      let last = '';
      await eventually(`${stored} as the last`, async () => {
        while (listener.messages.size > 0) last = String((await listener.messages.next()).payload);
        return last === stored;
      });
    }
  });

  test('tell of devices of the other in $monitoring', async () => {
    const listener = await registry.at(second()).connect();
    await listener.subscribe(`$monitoring/${device.id}/json`);
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events`, 'x', { qos: 1 });
    expect(await listener.messages.next()).toMatchObject({ topic: expect.stringContaining(device.id) });
  });

  test('end the sessions of what is deleted, on both', async () => {
    const doomed = await createDevice(first(), registry);
    const sessions = [await doomed.connect(), await doomed.at(second()).connect()];
    await doomed.delete();
    for (const session of sessions) await session.expectClosed();
  });
});

describe('what comes in where frames come in', () => {
  /** Anything that reaches a node's socket can send anything there. */
  async function say(...frames: readonly Buffer[]): Promise<void> {
    const { incarnation } = await clusterStatus(second());
    const socket = createConnection(socketPath(sockets, incarnation));
    socket.on('error', () => {});
    for (const frame of frames) {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(frame.length);
      socket.write(Buffer.concat([head, frame]));
    }
    socket.end();
    await once(socket, 'close');
  }

  async function frameWith(head: Partial<FrameHead>): Promise<Buffer> {
    const [from, to] = [
      (await clusterStatus(first())).incarnation,
      (await clusterStatus(second())).incarnation,
    ];
    const namespace = `registry.full.${registry.id}`;
    const topic = `$devices/${device.id}/events`;
    const records = [
      encodeRecord({ type: 'route', route: 1, destinations: [{ namespace, topic }] }),
      encodeRecord({ type: 'message', route: 1, end: '', ...placed(Buffer.from('forged'), 1) }),
    ];
    const usual = { version: 2, kind: 'stream', from, to, number: 1, acknowledged: 0 } as const;
    return encodeFrame({ ...usual, ...head }, Buffer.concat(records));
  }

  /** Nobody hears what was forged, the two are one cluster as before, and what is published crosses. */
  async function expectUnharmed(): Promise<void> {
    const listener = await registry.at(second()).connect();
    await listener.subscribe('$devices/+/events');
    const sender = await device.connect();
    const topic = `$devices/${device.id}/events`;
    await expectSilence(listener, (marker) => sender.publish(topic, marker, { qos: 1 }));
    for (const node of [first(), second()])
      expect(await clusterStatus(node)).toMatchObject({ isGood: true, resets: 0, peers: [{}] });
  }

  test('of a node that is forged, or of another installation, or for another node, has no effect', async () => {
    const stranger = 'f'.repeat(32);
    await say(
      await frameWith({ from: stranger }),
      await frameWith({ from: stranger, kind: 'condemned' }),
      await frameWith({ from: stranger, kind: 'hello' }),
      await frameWith({ to: stranger }),
      await frameWith({ version: 9 }),
    );
    await expectUnharmed();
  });

  test('of a frame that is cut anywhere, or is none, has no effect', async () => {
    const whole = await frameWith({});
    await say(...Array.from({ length: whole.length }, (_, bytes) => whole.subarray(0, bytes)));
    await say(Buffer.alloc(300, 0xa5));
    await say(Buffer.from('GET / HTTP/1.1'));
    await expectUnharmed();
  });

  test('of a frame whose number has been, or is far ahead, has no effect', async () => {
    await say(await frameWith({ number: 1 }), await frameWith({ number: 1 }));
    await say(await frameWith({ number: 2 ** 40, acknowledged: 2 ** 40 }));
    await expectUnharmed();
  });
});

describe('a node of a cluster', () => {
  fullTest(
    'that says of itself what another says is a node of its own: nothing is decided by names',
    async () => {
      const third = await thirdNode({ IOT_MQTT_ADMIN_URL: first().adminUrl });
      const listener = await registry.at(third).connect();
      await listener.subscribe('$devices/+/events');
      await (await device.connect()).publish(`$devices/${device.id}/events`, 'x', { qos: 1 });
      expect(String((await listener.messages.next()).payload)).toBe('x');
      await third.stop();
      await expectPeers(first(), 1);
    },
  );

  test('that stands still holds up what it wants, as the metrics say, until it goes on; killed it is gone at once', async () => {
    const third = await thirdNode();
    const metricsOf = async () => ({
      peers: await metric(first(), 'peers'),
      members: await metric(first(), 'members'),
      held: await metric(first(), 'held'),
      frames: await metric(first(), 'unacknowledged_frames'),
      bytes: await metric(first(), 'unacknowledged_bytes'),
    });
    const whenAllIsWell = { held: 0, frames: 0, bytes: 0 };
    const far = await registry.at(third).connect();
    await far.subscribe('$devices/+/events');
    const near = await registry.connect();
    await near.subscribe('$devices/+/events');
    const sender = await device.connect();
    await expect.poll(metricsOf).toEqual({ peers: 2, members: 3, ...whenAllIsWell });
    expect(await metric(third, 'own_interest')).toBeGreaterThan(0);
    expect(await metric(first(), 'others_interest')).toBeGreaterThan(0);
    const resent = await metric(first(), 'frames_resent_total');

    third.program('mqtt').kill('SIGSTOP');
    let isAcknowledged = false;
    const before = sender.publish(`$devices/${device.id}/events`, 'before', { qos: 1 }).then(() => {
      isAcknowledged = true;
    });
    // All three at one time.
    await eventually('what is held up in the metrics', async () => {
      const { held, frames, bytes } = await metricsOf();
      return held > 0 && frames > 0 && bytes > 'before'.length;
    });
    expect(isAcknowledged).toBe(false);
    await expect.poll(() => metric(first(), 'frames_resent_total')).toBeGreaterThan(resent);
    third.program('mqtt').kill('SIGCONT');
    await before;
    await expect.poll(metricsOf).toMatchObject(whenAllIsWell);

    third.program('mqtt').kill('SIGKILL');
    await sender.publish(`$devices/${device.id}/events`, 'after', { qos: 1 });
    for (const payload of ['before', 'after'])
      expect(String((await near.messages.next()).payload)).toBe(payload);
    expect([sender.connected, near.connected]).toEqual([true, true]);
    await expectPeers(first(), 1);
    await expect.poll(metricsOf).toEqual({ peers: 1, members: 2, ...whenAllIsWell });
  });

  fullTest(
    'of the version before works beside newer ones, until a newer one comes in its place',
    async () => {
      const versions = async () =>
        (await clusterStatus(first())).peers.map(({ version }) => version).toSorted();
      const old = await thirdNode({ IOT_INTERNAL_CLUSTER_NEWEST_FRAME: '1' });
      expect(await versions()).toEqual([1, 2]);
      const listeners = await Promise.all(
        [old, first(), second()].map((node) => registry.at(node).connect()),
      );
      for (const listener of listeners) await listener.subscribe('$devices/+/events');
      for (const node of [old, second()]) {
        const sender = await device.at(node).connect();
        await sender.publish(`$devices/${device.id}/events`, 'to all', { qos: 1 });
        for (const listener of listeners)
          expect(String((await listener.messages.next()).payload)).toBe('to all');
      }
      const stream = await first().api.watch(`/ext/v1/devices/${device.id}/messages:watch`);
      await old.stop();
      await eventually('one to be gone', async () => (await clusterStatus(first())).peers.length === 1);
      const fresh = await thirdNode();
      expect(await versions()).toEqual([2, 2]);
      const listener = await registry.at(fresh).connect();
      await listener.subscribe('$devices/+/events');
      await (await device.connect()).publish(`$devices/${device.id}/events`, 'x', { qos: 1 });
      for (const one of [listener, ...listeners.slice(1)])
        expect(String((await one.messages.next()).payload)).toBe('x');
      // Whichever node it was that the live view had its messages from.
      const sender = await device.connect();
      await eventually('a message in the live view', async () => {
        await sender.publish(`$devices/${device.id}/events`, 'x', { qos: 1 });
        return stream.arrived('message').length > 0;
      });
      await stream.close();
    },
  );

  test('says how its cluster is', async () => {
    await expectPeers(second(), 1);
    const ready = await fetch(`${second().adminUrl}/readyz`);
    expect(await ready.json()).toEqual({ status: 'ready', database: 'up', cluster: 'member' });
    const metrics = await (await fetch(`${second().adminUrl}/metrics`)).text();
    expect(metrics).toMatch(/^iotcore_mqtt_cluster_peers 1$/m);
    expect(metrics).toMatch(/^iotcore_mqtt_cluster_good 1$/m);
  });

  test('suffers no node beside it that is none', async () => {
    const alone = await startInstallation({
      programs: ['mqtt'],
      database: first().databaseUrl,
      env: { IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off' },
      waitUntilReady: false,
    });
    expect((await alone.program('mqtt').waitExit()).code).toBe(1);
    expect(alone.logs()).toMatch(
      /^mqtt: IOT_NATS_SERVERS: another MQTT server uses this database \(http.*set the same IOT_NATS_SERVERS for both/m,
    );
    expect(await clusterStatus(first())).toMatchObject({ isGood: true, resets: 0 });
  });

  test('of sockets does not start beside one of a cluster on another machine', async () => {
    const database = openDatabase(first().databaseUrl ?? '', { logger: quiet, poolSize: 1 });
    onTestFinished(() => database.close());
    const { pool } = database;
    const row = { id: 'far', url: 'http://far', inCluster: true, place: '["far another another",1,""]' };
    await renewNode(pool, row);
    onTestFinished(() => removeNodes(pool, [row.id]));
    const near = await startInstallation({
      programs: ['mqtt'],
      database: first().databaseUrl,
      env: { IOT_INTERNAL_CLUSTER_SOCKETS: sockets, IOT_INTERNAL_MQTT_BESIDE_OTHERS: 'off' },
      waitUntilReady: false,
    });
    const program = near.program('mqtt');
    await eventually('the node to end', async () => {
      await renewNode(pool, row);
      return !program.running;
    });
    expect((await program.waitExit()).code).toBe(1);
    expect(near.logs()).toMatch(
      /^mqtt: IOT_NATS_SERVERS: another MQTT server, on another machine or in another container, .*http:\/\/far/m,
    );
    expect(await clusterStatus(first())).toMatchObject({ isGood: true, resets: 0 });
  });
});
