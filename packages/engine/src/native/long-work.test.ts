/** No client waits for the work that another client asks for at once, however much that is. */

import { duplexPair } from 'node:stream';
import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openGrant } from '../behaviour/testing/host.ts';
import {
  connack,
  connect,
  pingreq,
  pingresp,
  puback,
  publish,
  subscribe,
  unsubscribe,
} from '../behaviour/testing/packets.ts';
import { startServer } from '../behaviour/testing/server.ts';
import { reasonOf } from '../reasons.ts';
import { createNativeEngine } from './index.ts';

const count = 5_000;
const filters = Array.from({ length: count }, (_, n) => [`$devices/+/events/${n}`, 1] as const);

/** Keeps the thread for so long. */
function work(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('a SUBSCRIBE with 5,000 filters', () => {
  test('lets others be served between its filters, and is answered in its order and in full', async () => {
    const { port, host, engine } = await startServer(createNativeEngine, onTestFinished, {
      maxSubscriptionsPerSession: 10_000,
    });
    const bystander = await connectRaw({ port });
    bystander.send(connect({ clientId: 'bystander' }));
    await bystander.expectBytes(connack(0));
    let granted = 0;
    host.onGrant = (_principal, filter) => {
      if (++granted === 1) bystander.send(pingreq);
      work(0.1);
      return filter.endsWith('/7') ? undefined : openGrant(filter);
    };
    const greedy = await connectRaw({ port });
    greedy.send(Buffer.concat([connect({ clientId: 'greedy' }), subscribe(9, ...filters), pingreq]));
    await greedy.expectBytes(connack(0));

    await bystander.expectBytes(pingresp);
    expect(granted).toBeLessThan(count);

    const answer = await greedy.read(1 + 2 + 2 + count);
    expect([...answer.subarray(-count)]).toEqual(filters.map((_, n) => (n === 7 ? 0x80 : 1)));
    await greedy.expectBytes(pingresp);
    expect(engine.stats().subscriptions).toBe(count - 1);
    expect(host.told('subscriptionsRefused')).toEqual([
      { kind: 'subscriptionsRefused', filters: ['$devices/+/events/7'] },
    ]);
  });

  test('asks the host for filters at the same time where it answers later', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished, {
      maxSubscriptionsPerSession: 10_000,
    });
    const all = Promise.withResolvers<void>();
    let asked = 0;
    host.onGrant = async (_principal, filter) => {
      if (++asked === count) all.resolve();
      await all.promise;
      return openGrant(filter);
    };
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), subscribe(9, ...filters)]));
    await client.expectBytes(connack(0));
    expect((await client.read(5 + count)).length).toBe(5 + count);
  });

  test('subscribes to nothing if its client goes meanwhile', async () => {
    const { port, host, engine } = await startServer(createNativeEngine, onTestFinished, {
      maxSubscriptionsPerSession: 10_000,
    });
    const client = await connectRaw({ port });
    const asked = Promise.withResolvers<void>();
    host.onGrant = (_principal, filter) => {
      asked.resolve();
      work(0.05);
      return openGrant(filter);
    };
    client.send(Buffer.concat([connect({ clientId: 'greedy' }), subscribe(9, ...filters)]));
    await asked.promise;
    engine.disconnect(() => true, reasonOf('removed'));
    await host.nth('disconnected');
    await client.expectBytes(connack(0));
    await client.expectClose();
    expect(engine.stats()).toMatchObject({ sessions: 0, subscriptions: 0 });
  });

  test('is closed beyond ten thousand filters, which nobody may have', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished);
    const client = await connectRaw({ port });
    const many = Array.from({ length: 10_001 }, (_, n) => [`${n}`, 0] as const);
    client.send(Buffer.concat([connect(), subscribe(1, ...many)]));
    expect((await host.nth('disconnected')).reason).toBe('packet names more filters than allowed');
    expect(host.grantsAsked).toEqual([]);
  });
});

describe('many small packets in one piece', () => {
  test('let others be served between them, and are answered in their order', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished, {
      maxSubscriptionsPerSession: 10_000,
    });
    const bystander = await connectRaw({ port });
    bystander.send(connect({ clientId: 'bystander' }));
    await bystander.expectBytes(connack(0));
    let granted = 0;
    host.onGrant = (_principal, filter) => {
      if (++granted === 1) bystander.send(pingreq);
      work(0.1);
      return openGrant(filter);
    };
    const packets = filters.slice(0, 2_000).map((filter, n) => subscribe(n + 1, filter));
    const greedy = await connectRaw({ port });
    greedy.send(Buffer.concat([connect({ clientId: 'greedy' }), ...packets]));
    await bystander.expectBytes(pingresp);
    expect(granted).toBeLessThan(packets.length);
    await greedy.expectBytes(connack(0));
    const answers = await greedy.read(5 * packets.length);
    const ids = packets.map((_, n) => answers.readUInt16BE(5 * n + 2));
    expect(ids).toEqual(packets.map((_, n) => n + 1));
  });
});

describe('SUBSCRIBEs of very many clients at the same moment', () => {
  test('are handled in several ticks, each by its time and not by its packets', async () => {
    const { host, engine } = await startServer(createNativeEngine, onTestFinished);
    const clients = Array.from({ length: 500 }, (_, n) => {
      const [client, served] = duplexPair();
      client.resume();
      engine.accept(served, {
        ...{ secure: false, remoteAddress: '192.0.2.1', remotePort: n },
        peerCertificate: () => undefined,
      });
      client.write(connect({ clientId: `${n}` }));
      return client;
    });
    const yieldToEventLoop = () => new Promise((resolve) => setImmediate(resolve));
    while (engine.stats().sessions < clients.length) await yieldToEventLoop();

    // However fast the machine is, each takes half a millisecond.
    let nowMs = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const cpu = vi.spyOn(process, 'threadCpuUsage').mockReturnValue({ user: 0, system: 0 });
    onTestFinished(() => [clock, cpu].forEach((one) => void one.mockRestore()));
    let granted = 0;
    host.onGrant = (_principal, filter) => {
      granted++;
      nowMs += 0.5;
      return openGrant(filter);
    };
    for (const client of clients) client.write(subscribe(1, ['a', 0]));
    let most = 0;
    for (let before = 0; granted < clients.length; before = granted) {
      await yieldToEventLoop();
      most = Math.max(most, granted - before);
    }
    // Some that are read, some that rest, and what these streams hand over meanwhile: counted as messages of a flood, it would be 128.
    expect(0.5 * most).toBeLessThan(40);
  });
});

describe('the end of many subscriptions', () => {
  test('by UNSUBSCRIBE leaves none', async () => {
    const { port, engine } = await startServer(createNativeEngine, onTestFinished, {
      maxSubscriptionsPerSession: 10_000,
    });
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), subscribe(1, ...filters)]));
    await client.read(4 + 5 + count);
    client.send(unsubscribe(2, ...filters.map(([filter]) => filter)));
    await client.expectBytes('b0020002');
    expect(engine.stats().subscriptions).toBe(0);
  });

  test('with their connection delivers nothing more, and leaves none', async () => {
    const { port, engine, host } = await startServer(createNativeEngine, onTestFinished, {
      maxSubscriptionsPerSession: 10_000,
    });
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect({ clientId: 'greedy' }), subscribe(1, ...filters)]));
    await client.read(4 + 5 + count);
    client.close();
    await host.nth('disconnected');
    const publisher = await connectMqtt({ port });
    await publisher.publish('$devices/d/events/4999', 'for nobody');
    for (let n = 0; n < 100 && engine.stats().subscriptions > 0; n++) await publisher.publish('a', 'x');
    expect(engine.stats()).toMatchObject({ sessions: 1, subscriptions: 0 });
  });
});

describe('a message to very many subscribers', () => {
  test('is handed over with others served in between, once to each, and acknowledged then', async () => {
    const { port, host, engine } = await startServer(createNativeEngine, onTestFinished);
    const heard = new Map<number, number>();
    const yieldToEventLoop = () => new Promise((resolve) => setImmediate(resolve));
    for (let n = 0; n < count; n++) {
      const [client, served] = duplexPair();
      client.on('data', (chunk: Buffer) => {
        const copies = chunk.toString('latin1').split('for everybody').length - 1;
        heard.set(n, (heard.get(n) ?? 0) + copies);
      });
      engine.accept(served, {
        ...{ secure: false, remoteAddress: '192.0.2.1', remotePort: n },
        peerCertificate: () => undefined,
      });
      client.write(Buffer.concat([connect({ clientId: `${n}` }), subscribe(1, ['all', n % 2])]));
    }
    while (host.subscribes < count) await yieldToEventLoop();
    const publisher = await connectRaw({ port });
    publisher.send(connect({ clientId: 'publisher' }));
    await publisher.expectBytes(connack(0));

    // However fast the machine is, eight deliveries take a millisecond.
    let nowMs = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => ++nowMs);
    onTestFinished(() => clock.mockRestore());
    const before = engine.stats().messagesSent;
    const packets = [publish('all', 'for everybody', 1), publish('all', 'for everybody', 2), pingreq];
    publisher.send(Buffer.concat(packets));
    let rounds = 0;
    for (let sent = 0; sent < 2 * count; sent = engine.stats().messagesSent - before) {
      if (sent > 0) rounds++;
      await yieldToEventLoop();
    }
    expect(rounds).toBeGreaterThan(1);
    await publisher.expectBytes(Buffer.concat([puback(1), puback(2), pingresp]));
    for (let n = 0; n < count; n++) while ((heard.get(n) ?? 0) < 2) await yieldToEventLoop();
    expect(new Set(heard.values())).toEqual(new Set([2]));
  });
});

describe('a payload that waits for many slow subscribers', () => {
  test('is kept once', async () => {
    const { port, engine, host } = await startServer(createNativeEngine, onTestFinished, {
      maxInflightMessages: 1,
      maxQueuedBytes: 100_000_000,
      // Each copy counts: sixty copies of ten messages would be ten times as much.
      maxWaitingBytes: 10_000_000,
    });
    const slow = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const client = await connectRaw({ port });
        client.send(Buffer.concat([connect({ clientId: `slow ${n}` }), subscribe(1, ['a', 1])]));
        await client.read(4 + 5);
        return client;
      }),
    );
    const publisher = await connectMqtt({ port });
    const before = process.memoryUsage().arrayBuffers;
    // The first is on its way to each, unacknowledged; the others wait.
    for (let n = 0; n <= 10; n++) await publisher.publish('a', Buffer.alloc(200_000, n));
    const grown = process.memoryUsage().arrayBuffers - before;

    expect(host.told('disconnected')).toEqual([]);
    expect(engine.stats().sessions).toBe(61);
    expect(grown).toBeLessThan(60_000_000);
    for (const client of slow) client.close();
  });
});

describe('a packet on its way', () => {
  test('that comes at the least rate is waited for, however long it takes', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished, {
      packetGraceMs: 400,
      minPacketBytesPerSecond: 50_000,
    });
    const client = await connectRaw({ port });
    client.send(connect({ keepAliveSeconds: 300 }));
    await client.expectBytes(connack(0));
    // Each piece is worth more time than it takes.
    const packet = publish('a', Buffer.alloc(200_000), 1);
    for (let at = 0; at < packet.length; at += 20_000) {
      client.send(packet.subarray(at, at + 20_000));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    await client.expectBytes('40020001');
    expect(host.told('disconnected')).toEqual([]);
  });
});
