import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { connectMqtt, connectRaw, eventually } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRoute } from '../../behaviour/testing/host.ts';
import { connack, connect, suback, subscribe } from '../../behaviour/testing/packets.ts';
import { startServer } from '../../behaviour/testing/server.ts';
import type { Engine, RetainedMessage, TenantBudget } from '../../port.ts';
import { createNativeEngine } from '../index.ts';

const pageBytes = 60_000;
/** A page of 60 kB, as one message. */
function page(topic: string): readonly RetainedMessage[] {
  return [{ topic, payload: Buffer.alloc(pageBytes, topic), qos: 1 }];
}

/** What a tenant is charged, and how many pages are read for it at once. */
class CountedTenant implements TenantBudget {
  waitingBytes = 0;
  readers = 0;
  mostReaders = 0;
  mostWaitingBytes = Number.POSITIVE_INFINITY;
  readonly takeWaitingBytes = (bytes: number) => {
    if (this.waitingBytes + bytes > this.mostWaitingBytes) return false;
    this.waitingBytes += bytes;
    return true;
  };
  readonly giveWaitingBytes = (bytes: number) => {
    this.waitingBytes -= bytes;
  };
  readonly takeSubscriptionBytes = () => true;
  readonly giveSubscriptionBytes = () => {};
  readonly takeRetainedReader = async (signal: AbortSignal) => {
    signal.throwIfAborted();
    this.mostReaders = Math.max(this.mostReaders, ++this.readers);
    return () => {
      this.readers--;
    };
  };
}

/** A server that has endless pages of retained messages under each filter. */
async function setUp(limits: Parameters<typeof startServer>[2] = {}) {
  const served = await startServer(createNativeEngine, onTestFinished, limits);
  const tenant = new CountedTenant();
  const { host } = served;
  host.onConnect = async () => ({ accepted: true, principal: 'me', scope: 'me', tenant });
  const reading = { now: 0, most: 0, pages: 0, open: 0 };
  const pagesOf = async function* (filter: string) {
    reading.open++;
    try {
      for (let n = 0; ; n++) {
        reading.most = Math.max(reading.most, ++reading.now);
        await yieldToEventLoop();
        reading.now--;
        reading.pages++;
        yield page(`${filter.slice(0, -1)}${n}`);
      }
    } finally {
      reading.open--;
    }
  };
  host.retained = (_principal, filter) => (filter.endsWith('/#') ? pagesOf(filter) : undefined);
  return { ...served, tenant, reading };
}

/** A client that subscribes and does not read; no kernel takes anything for it. */
function stalled(engine: Engine<string>, clientId: string, packets: Buffer): Duplex {
  const [client, served] = duplexPair();
  onTestFinished(() => void served.destroy());
  served.on('error', () => {});
  engine.accept(served, {
    secure: false,
    remoteAddress: '192.0.2.1',
    remotePort: 1,
    peerCertificate: () => undefined,
  });
  client.write(Buffer.concat([connect({ clientId }), packets]));
  return client;
}

/** Waits until reading goes on no more. */
async function untilStill(reading: { readonly pages: number }): Promise<void> {
  for (let before = -1; before !== reading.pages; ) {
    before = reading.pages;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('the reader of retained messages', () => {
  test('is one for a client that subscribes 400 times to one filter and never reads, and holds one page', async () => {
    const { port, engine, tenant, reading } = await setUp();
    const packets = Array.from({ length: 400 }, (_, n) => subscribe(n + 1, ['a/#', 0]));
    const client = await connectRaw({ port });
    client.socket.pause();
    client.send(Buffer.concat([connect({ clientId: 'greedy' }), ...packets]));
    await untilStill(reading);

    expect(reading.most).toBe(1);
    expect(reading.open).toBe(1);
    expect(tenant.mostReaders).toBe(1);
    // A page, and what the kernel did not take of those before.
    expect(tenant.waitingBytes).toBeLessThan(4 * pageBytes);
    expect(engine.stats().subscriptions).toBe(1);

    client.close();
    for (let n = 0; n < 100 && reading.open > 0; n++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(reading.open).toBe(0);
    expect(tenant).toMatchObject({ waitingBytes: 0, readers: 0 });
  });

  test('reads for one filter after the other', async () => {
    const { engine, reading } = await setUp();
    const filters = Array.from({ length: 50 }, (_, n) => [`a${n}/#`, 0] as const);
    stalled(engine, 'many', subscribe(1, ...filters));
    await untilStill(reading);
    expect(reading.most).toBe(1);
    expect(reading.open).toBe(1);
  });

  test('waits for a place among all readers only while it reads: a hundred that have stalled hold up nobody', async () => {
    const { port, engine, host, tenant, reading } = await setUp({ maxRetainedReaders: 2 });
    for (let n = 0; n < 100; n++) stalled(engine, `stalled ${n}`, subscribe(1, ['a/#', 0]));
    await eventually('all readers', () => reading.open === 100);
    await untilStill(reading);
    expect(reading.most).toBeLessThanOrEqual(2);
    expect(reading.open).toBe(100);
    expect(tenant.readers).toBe(0);
    expect(tenant.waitingBytes).toBeLessThan(100 * 4 * pageBytes);

    const patient = await connectMqtt({ port });
    await patient.subscribe('b/#');
    expect((await patient.messages.take(3)).map(({ topic }) => topic)).toEqual(['b/0', 'b/1', 'b/2']);
    expect(host.told('disconnected')).toEqual([]);
  });

  test('is closed with its session when the tenant has no room for its page, and what was taken is given back', async () => {
    const { port, host, tenant, reading } = await setUp();
    tenant.mostWaitingBytes = pageBytes / 2;
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect({ clientId: 'poor' }), subscribe(1, ['a/#', 0])]));
    expect((await host.nth('disconnected')).reason).toContain('registry or broker');
    for (let n = 0; n < 100 && reading.open > 0; n++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(reading.open).toBe(0);
    expect(tenant).toMatchObject({ waitingBytes: 0, readers: 0 });
  });

  test('begins anew when its filter is subscribed again meanwhile, and sends all of it [MQTT-3.8.4-3]', async () => {
    const { port, host } = await setUp();
    const first = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    let asked = 0;
    host.retained = () => {
      const isFirst = asked++ === 0;
      return (async function* () {
        yield page('a/1');
        if (isFirst) {
          first.resolve();
          await goOn.promise;
        }
        yield page('a/2');
      })();
    };
    const client = await connectMqtt({ port });
    await client.subscribe('a/#');
    await first.promise;
    await client.subscribe('a/#');
    goOn.resolve();
    const topics = (await client.messages.take(3)).map(({ topic }) => topic);
    expect(topics).toEqual(['a/1', 'a/1', 'a/2']);
    expect(asked).toBe(2);
  });

  test('closes the connection if more is heard while a page is read than it may remember', async () => {
    const { port, host } = await setUp();
    const asked = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    host.retained = async function* () {
      asked.resolve();
      await read.promise;
      yield page('a/1');
    };
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect({ clientId: 'reader' }), subscribe(1, ['#', 0])]));
    await client.expectBytes(Buffer.concat([connack(0), suback(1, 0)]));
    await asked.promise;
    const publisher = await connectMqtt({ port });
    host.onRoute = (_principal, topic) => ({ ...openRoute(topic), prefix: undefined });
    const long = 'x'.repeat(2_000);
    for (let n = 0; n < 150; n++) await publisher.publish(`${long}/${n}`, 'x', { qos: 0 });
    await publisher.publish('a/1', 'the last one');
    read.resolve();
    expect((await host.nth('disconnected')).clientId).toBe('reader');
    expect(publisher.connected).toBe(true);
  });
});

describe('a thousand stalled readers', () => {
  test('hold a page each, and no more with every SUBSCRIBE', async () => {
    const { engine, tenant, reading } = await setUp();
    const count = 1_000;
    const clients = Array.from({ length: count }, (_, n) =>
      stalled(engine, `stalled ${n}`, subscribe(1, ['a/#', 0])),
    );
    await eventually('all readers', () => reading.open === count);
    await untilStill(reading);
    const before = { waiting: tenant.waitingBytes, open: reading.open };
    for (const client of clients) client.write(subscribe(2, ['b/#', 0], ['c/#', 0]));
    await untilStill(reading);

    expect(before.open).toBe(count);
    expect(before.waiting).toBeLessThan(count * 4 * pageBytes);
    expect(reading.open).toBe(count);
    expect(tenant.waitingBytes).toBe(before.waiting);
  });
});
