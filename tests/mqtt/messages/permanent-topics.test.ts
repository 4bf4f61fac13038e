/** Permanent topics: the last message is kept, durably, and is what a new subscriber hears first. */
import { openDatabase } from '@iotcore/store';
import {
  casesOf,
  expectSilence,
  type ProgramName,
  sharedInstallation,
  startInstallation,
  tries,
} from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

beforeEach(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
});

const state = (rest = '') => `$devices/${device.id}/state${rest}`;

describe('a permanent topic', () => {
  test('gives a new subscriber its last message with the retain flag, then live ones without', async () => {
    const sender = await device.connect();
    await sender.publish(state(), 'old');
    await sender.publish(state(), 'kept');
    await sender.publish(state('/battery'), '80 %');
    const listener = await registry.connect();
    await listener.subscribe(`$devices/${device.id}/state/#`);
    const stored = await listener.messages.take(2);
    expect(stored.map(({ topic, payload, retain, qos }) => [topic, String(payload), retain, qos])).toEqual([
      [state(), 'kept', true, 1],
      [state('/battery'), '80 %', true, 1],
    ]);
    await sender.publish(state(), 'live');
    expect(await listener.messages.next()).toMatchObject({ topic: state(), retain: false });
  });

  test('gives each of many subscribers of each kind what it may hear, in the form of its filter', async () => {
    const owner = await registry.connect();
    await owner.publish(`$devices/${device.id}/config`, 'device config');
    await owner.publish(`$registries/${registry.id}/config`, 'fleet config');
    const heard = async (client: TestClient, filter: string) => {
      const listener = await client.connect();
      await listener.subscribe(filter);
      const { topic, payload } = await listener.messages.next();
      return `${topic} ${payload}`;
    };
    expect(await heard(device, '$devices/#')).toBe(`$devices/${device.id}/config device config`);
    expect(await heard(device, `devices/${device.id}/+`)).toBe(`devices/${device.id}/config device config`);
    expect(await heard(device, '$me/device/#')).toBe('$me/device/config device config');
    expect(await heard(device, '$me/registry/config')).toBe('$me/registry/config fleet config');
    expect(await heard(device, '$registries/#')).toBe(`$registries/${registry.id}/config fleet config`);
  });

  test('is cleared by an empty message, which is heard like any other', async () => {
    const sender = await device.connect();
    await sender.publish(state(), 'kept');
    const listener = await registry.connect();
    await listener.subscribe(state());
    await listener.messages.next();
    await sender.publish(state(), '');
    expect((await listener.messages.next()).payload.length).toBe(0);
    const later = await registry.connect();
    await later.subscribe(state());
    await expectSilence(later, (marker) => sender.publish(state(), marker));
  });

  test('is gone with its device', async () => {
    await (await device.connect()).publish(state(), 'kept');
    await device.delete();
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    const other = await createDevice(installation(), registry);
    const sender = await other.connect();
    await expectSilence(listener, (marker) => sender.publish(`$devices/${other.id}/events`, marker));
  });

  test('gives what it holds for an exact alias, and nothing for an alias with a wildcard', async () => {
    const tagged = await createDevice(installation(), registry, {
      topicAliases: { 'tag/': '$devices/{id}/' },
    });
    const sender = await tagged.connect();
    await sender.publish('tag/state', 'kept');
    const exact = await registry.connect();
    await exact.subscribe('tag/state');
    expect(await exact.messages.next()).toMatchObject({ topic: 'tag/state', retain: true });
    const wild = await registry.connect();
    await wild.subscribe('tag/#');
    await expectSilence(wild, (marker) => sender.publish('tag/events', marker));
  });

  test('does not depend on the retain flag of the publisher, nor does any other topic obey it', async () => {
    const sender = await device.connect();
    await sender.publish(`$devices/${device.id}/events`, 'not kept', { retain: true });
    await sender.publish(state(), 'kept', { retain: true });
    const listener = await registry.connect();
    await listener.subscribe('$devices/#');
    expect(await listener.messages.next()).toMatchObject({ topic: state(), retain: true });
    await expectSilence(listener, (marker) => sender.publish(state(), marker));
  });

  test('keeps what it acknowledged over kill -9 of every process', async () => {
    const own = await startInstallation();
    const fleet = await createRegistry(own);
    const sensor = await createDevice(own, fleet);
    const sender = await sensor.connect();
    const topics = Array.from(
      { length: 50 },
      (_, n) => `$devices/${sensor.id}/state/${String(n).padStart(2, '0')}`,
    );
    await Promise.all(topics.map((topic) => sender.publish(topic, `kept ${topic}`)));
    const programs = casesOf<ProgramName>(['mqtt', 'api'], (name) => name === 'mqtt');
    for (const name of programs) {
      own.program(name).kill('SIGKILL');
      await own.program(name).exited;
      own.start(name);
    }
    await own.ready();
    const listener = await fleet.connect();
    await listener.subscribe('$devices/#');
    const kept = await listener.messages.take(topics.length);
    expect(kept.map(({ topic, payload }) => `${topic} ${payload}`).toSorted()).toEqual(
      topics.map((topic) => `${topic} kept ${topic}`),
    );
  });

  test('delivers thousands of retained messages, and others are served in between', async () => {
    const count = tries(10_000);
    const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet });
    onTestFinished(() => database.close());
    await database.pool.query(
      `INSERT INTO permanent_messages (registry_id, topic, topic_sha256, device_id, payload)
       SELECT $1, topic, sha256(convert_to(topic, 'UTF8')), $2, 'kept'
       FROM (SELECT '$devices/' || $2 || '/state/' || lpad(n::text, 5, '0') AS topic FROM generate_series(1, ${count}) AS n) AS topics`,
      [registry.id, device.id],
    );
    const listener = await registry.connect();
    const sender = await device.connect();
    const other = await registry.connect();
    await other.subscribe(`$devices/${device.id}/events`);
    await listener.subscribe('$devices/#');
    let roundTrips = 0;
    let done = false;
    const meanwhile = (async () => {
      while (!done) {
        await sender.publish(`$devices/${device.id}/events`, 'ping', { qos: 0 });
        await other.messages.next();
        roundTrips++;
      }
    })();
    const topics = new Set<string>();
    while (topics.size < count) {
      const { topic, retain } = await listener.messages.next();
      if (retain) topics.add(topic);
    }
    done = true;
    await meanwhile;
    expect(roundTrips).toBeGreaterThan(1);
  });
});
