/** What an engine does with the answers of its message bus. */
import { connectMqtt, connectRaw, eventually } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRoute } from '../behaviour/testing/host.ts';
import {
  connack,
  connect,
  disconnect,
  pingreq,
  pingresp,
  puback,
  publish,
  suback,
  subscribe,
} from '../behaviour/testing/packets.ts';
import { startServer } from '../behaviour/testing/server.ts';
import { reasons } from '../reasons.ts';
import { type BusRoute, UnderWay } from '../routing/index.ts';
import { type CreateMessageBus, createNativeEngine, type NativeEngineOptions } from './index.ts';

function serve(options: NativeEngineOptions) {
  return startServer((host, limits) => createNativeEngine(host, limits, options), onTestFinished);
}

interface DistantBusOptions {
  /** What it tells first arrives first. */
  readonly keepsOrder?: boolean;
  /** What the messages on these topics travel with, rather than each on its own. */
  readonly together?: Readonly<Record<string, UnderWay>>;
}

/** A bus that has to tell others of each message at QoS 1, whose answers the test gives. */
function distantBus({ keepsOrder = false, together = {} }: DistantBusOptions = {}) {
  const told: { readonly payload: string; answer(error?: Error): void }[] = [];
  const createBus: CreateMessageBus = (local) => ({
    subscribe: (...subscription) => local.subscribe(...subscription),
    unsubscribe: (...subscription) => local.unsubscribe(...subscription),
    hasRoom: (...filter) => local.hasRoom(...filter),
    hasSubscribers: (namespace) => local.hasSubscribers(namespace),
    prefix: () => undefined,
    isShared: true,
    get subscriptions() {
      return local.subscriptions;
    },
    route: (destinations) => {
      const route = local.route(destinations);
      const publishAlso: BusRoute<Parameters<typeof route.publish>[0]>['publish'] = (message) => {
        const here = route.publish(message);
        if (message.qos === 0) return here;
        const underWay = together[destinations[0]?.topic ?? ''] ?? new UnderWay();
        told.push({
          payload: String(message.payload),
          answer: (error) => underWay.settle(error),
        });
        return keepsOrder ? underWay : underWay.arrived();
      };
      return { topicNames: route.topicNames, publish: publishAlso };
    },
  });
  return { told, createBus };
}

describe('the bus of the native engine', () => {
  test('acknowledges a message when the bus says that others have it, and reads on then', async () => {
    const { told, createBus } = distantBus();
    const { port } = await serve({ createBus });
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('a', 'one', 1), publish('a', 'two', 2), pingreq]));
    await client.expectBytes(connack(0));
    // Others come and go meanwhile.
    await (await connectMqtt({ port })).end();
    expect(told.map(({ payload }) => payload)).toEqual(['one']);

    told[0]?.answer();
    await client.expectBytes(puback(1));
    for (let n = 0; n < 100 && told.length < 2; n++) await new Promise((resolve) => setImmediate(resolve));
    expect(told.map(({ payload }) => payload)).toEqual(['one', 'two']);
    told[1]?.answer();
    await client.expectBytes(Buffer.concat([puback(2), pingresp]));
  });

  test('hears a client to its DISCONNECT that has gone while others are told', async () => {
    const { told, createBus } = distantBus();
    const { port, host } = await serve({ createBus });
    const client = await connectRaw({ port });
    client.send(
      Buffer.concat([
        connect({ clientId: 'mortal' }),
        publish('a', 'one', 1),
        publish('a', 'two', 2),
        disconnect,
      ]),
    );
    await client.expectBytes(connack(0));
    client.close();
    await (await connectMqtt({ port, clientId: 'other' })).end();
    expect(told).toHaveLength(1);
    told[0]?.answer();
    for (let n = 0; n < 100 && told.length < 2; n++) await new Promise((resolve) => setImmediate(resolve));
    told[1]?.answer();

    expect((await host.nth('disconnected', 2)).reason).toBe('client disconnected');
    expect(told.map(({ payload }) => payload)).toEqual(['one', 'two']);
  });

  test('reads on while a message is under way that no later one overtakes, and acknowledges each in its turn', async () => {
    const { told, createBus } = distantBus({ keepsOrder: true });
    const { port } = await serve({ createBus });
    const client = await connectRaw({ port });
    const messages = ['one', 'two', 'three'].map((payload, index) => publish('a', payload, index + 1));
    client.send(Buffer.concat([connect(), ...messages, pingreq]));
    await client.expectBytes(Buffer.concat([connack(0), pingresp]));
    expect(told.map(({ payload }) => payload)).toEqual(['one', 'two', 'three']);
    told[1]?.answer();
    client.send(pingreq);
    await client.expectBytes(pingresp);
    told[0]?.answer();
    await client.expectBytes(Buffer.concat([puback(1), puback(2)]));
    told[2]?.answer();
    await client.expectBytes(puback(3));
  });

  test('acknowledges messages that travel together when these have arrived, each publisher its own and in its turn', async () => {
    const [early, late] = [new UnderWay(), new UnderWay()];
    const { told, createBus } = distantBus({ keepsOrder: true, together: { early, late } });
    const { port } = await serve({ createBus });
    const [one, other] = [await connectRaw({ port }), await connectRaw({ port })];
    const send = (client: typeof one, topics: readonly string[]) =>
      client.send(
        Buffer.concat([
          connect({ clientId: topics.join() }),
          ...topics.map((topic, n) => publish(topic, 'x', n + 1)),
          pingreq,
        ]),
      );
    send(one, ['early', 'late', 'early', 'late', 'early']);
    send(other, ['late', 'late']);
    for (const client of [one, other]) await client.expectBytes(Buffer.concat([connack(0), pingresp]));
    expect(told).toHaveLength(7);

    early.settle();
    await one.expectBytes(puback(1));
    late.settle();
    await one.expectBytes(Buffer.concat([2, 3, 4, 5].map((id) => puback(id))));
    await other.expectBytes(Buffer.concat([1, 2].map((id) => puback(id))));
  });

  test('closes all publishers of messages that travelled together and did not arrive, and no other', async () => {
    const [lost, arrives] = [new UnderWay(), new UnderWay()];
    const { createBus } = distantBus({ keepsOrder: true, together: { lost, arrives } });
    const { port, host } = await serve({ createBus });
    const [one, other, third] = [
      await connectRaw({ port }),
      await connectRaw({ port }),
      await connectRaw({ port }),
    ];
    one.send(
      Buffer.concat([
        connect({ clientId: 'one' }),
        publish('lost', 'x', 1),
        publish('arrives', 'x', 2),
        pingreq,
      ]),
    );
    other.send(Buffer.concat([connect({ clientId: 'other' }), publish('lost', 'x', 1), pingreq]));
    third.send(Buffer.concat([connect({ clientId: 'third' }), publish('arrives', 'x', 1), pingreq]));
    for (const client of [one, other, third]) await client.expectBytes(Buffer.concat([connack(0), pingresp]));

    lost.settle(new Error('nobody answers'));
    arrives.settle();
    await one.expectClose();
    await other.expectClose();
    await third.expectBytes(puback(1));
    expect((await host.nth('disconnected', 1)).reason).toBe('message could not be handed over');
    expect((await host.nth('disconnected', 2)).reason).toBe('message could not be handed over');
  });

  test('closes the publisher of a message that could not be recorded while it was under way, and serves the others', async () => {
    const { told, createBus } = distantBus({ keepsOrder: true });
    const { port, host } = await serve({ createBus });
    host.onRoute = (_principal, topic) => ({ ...openRoute(topic), taps: [{ log: 'one', topic }] });
    host.onRecord = () => Promise.reject(new Error('the disk is full'));
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('a', 'one', 1)]));
    await client.expectBytes(connack(0));
    await (await connectMqtt({ port })).end();
    told[0]?.answer();
    await client.expectClose();
    expect((await host.nth('disconnected', 2)).reason).toBe(reasons.notStored.text);
    await (await connectMqtt({ port })).end();
  });

  test('retains a message once those before it have arrived, and reads no further until then', async () => {
    const { told, createBus } = distantBus({ keepsOrder: true });
    const { port, host } = await serve({ createBus });
    const retained: string[] = [];
    host.onRetain = async (_place, payload) => void retained.push(String(payload));
    const client = await connectRaw({ port });
    const messages = [
      publish('a', 'one', 1),
      publish('a', 'two', 2),
      publish('permanent/a', 'kept', 3),
      publish('permanent/a', '', 4),
      publish('a', 'last', 5),
    ];
    client.send(Buffer.concat([connect(), ...messages]));
    await client.expectBytes(connack(0));
    told[0]?.answer();
    await client.expectBytes(puback(1));
    await (await connectMqtt({ port })).end();
    expect(told.map(({ payload }) => payload)).toEqual(['one', 'two']);
    expect(retained).toEqual([]);
    for (let n = 1; n < 5; n++) {
      await eventually(`message ${n}`, () => told.length > n);
      told[n]?.answer();
    }
    await client.expectBytes(Buffer.concat([2, 3, 4, 5].map((id) => puback(id))));
    expect(retained).toEqual(['kept', '']);
  });

  test('stores one message of a permanent topic at a time where others would hand over the last, and those of other topics meanwhile', async () => {
    const { told, createBus } = distantBus({ keepsOrder: true });
    const { port, host } = await serve({ createBus });
    const storing: { readonly payload: string; done(): void }[] = [];
    host.onRetain = (_topic, payload) =>
      new Promise((done) => storing.push({ payload: String(payload), done }));
    const client = await connectRaw({ port });
    const messages = [
      publish('permanent/a', 'one', 1),
      publish('permanent/b', 'other', 2),
      publish('permanent/a', 'two', 3),
      publish('permanent/b', 'another', 4),
    ];
    client.send(Buffer.concat([connect(), ...messages]));
    await client.expectBytes(connack(0));
    await (await connectMqtt({ port })).end();
    const stored = () => storing.map(({ payload }) => payload);
    expect(stored()).toEqual(['one', 'other']);

    // Stored, and on its way to the others, which do not have it yet.
    storing[0]?.done();
    await eventually('the first to be handed over', () => told.length > 0);
    await (await connectMqtt({ port })).end();
    expect(stored()).toEqual(['one', 'other']);

    told[0]?.answer();
    await client.expectBytes(puback(1));
    await eventually('the second to be stored', () => storing.length > 2);
    expect(stored()).toEqual(['one', 'other', 'two']);
    for (let n = 1; n < 4; n++) {
      await eventually(`message ${n} to be stored`, () => storing.length > n);
      storing[n]?.done();
      await eventually(`message ${n} to be handed over`, () => told.length > n);
      told[n]?.answer();
    }
    await client.expectBytes(Buffer.concat([2, 3, 4].map((id) => puback(id))));
    expect(told.map(({ payload }) => payload)).toEqual(['one', 'other', 'two', 'another']);
  });

  test('has the messages of a permanent topic stored together where nobody else would hand them over', async () => {
    const { port, host } = await serve({});
    const stored = Promise.withResolvers<void>();
    const storing: string[] = [];
    host.onRetain = (_topic, payload) => {
      storing.push(String(payload));
      return stored.promise;
    };
    const client = await connectRaw({ port });
    client.send(
      Buffer.concat([connect(), publish('permanent/a', 'one', 1), publish('permanent/a', 'two', 2), pingreq]),
    );
    await client.expectBytes(Buffer.concat([connack(0), pingresp]));
    expect(storing).toEqual(['one', 'two']);
    stored.resolve();
    await client.expectBytes(Buffer.concat([puback(1), puback(2)]));
  });

  test('reads no further than its bounds while messages are under way', async () => {
    const { told, createBus } = distantBus({ keepsOrder: true });
    const { port } = await serve({ createBus });
    const client = await connectRaw({ port });
    const large = 'x'.repeat(200_000);
    const messages = Array.from({ length: 8 }, (_, index) => publish('a', large, index + 1));
    client.send(Buffer.concat([connect(), ...messages]));
    await client.expectBytes(connack(0));
    for (let n = 0; n < 100 && told.length < 6; n++) await new Promise((resolve) => setImmediate(resolve));
    await (await connectMqtt({ port })).end();
    // 1 MiB, and the message with which it was reached.
    expect(told).toHaveLength(6);
    for (let n = 0; n < 8; n++) {
      await eventually(`message ${n}`, () => told.length > n);
      told[n]?.answer();
    }
    await client.expectBytes(Buffer.concat([1, 2, 3, 4, 5, 6, 7, 8].map((id) => puback(id))));
  });

  test('counts each of the messages that travel together, and reads on once they have arrived', async () => {
    const ways = [new UnderWay(), new UnderWay()] as const;
    const together = { all: ways[0] };
    const { told, createBus } = distantBus({ keepsOrder: true, together });
    const { port } = await serve({ createBus });
    const client = await connectRaw({ port });
    const ids = Array.from({ length: 2_000 }, (_, n) => n + 1);
    client.send(Buffer.concat([connect(), ...ids.map((id) => publish('all', 'x', id))]));
    await client.expectBytes(connack(0));
    await eventually('the bound', () => told.length >= 1_024);
    await (await connectMqtt({ port })).end();
    expect(told).toHaveLength(1_024);
    const acknowledged = (from: number, to: number) =>
      client.expectBytes(Buffer.concat(ids.slice(from, to).map((id) => puback(id))));
    together.all = ways[1];
    ways[0].settle();
    await acknowledged(0, 1_024);
    await eventually('the rest', () => told.length === 2_000);
    ways[1].settle();
    await acknowledged(1_024, 2_000);
  });

  test('acknowledges nothing after a message under way that others were not given', async () => {
    const { told, createBus } = distantBus({ keepsOrder: true });
    const { port, host } = await serve({ createBus });
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('a', 'one', 1), publish('a', 'two', 2)]));
    await client.expectBytes(connack(0));
    told[0]?.answer(new Error('nobody answers'));
    await client.expectClose();
    told[1]?.answer();
    expect((await host.nth('disconnected')).reason).toBe('message could not be handed over');
  });

  test('closes the connection whose message others cannot be given, unacknowledged', async () => {
    const { told, createBus } = distantBus();
    const { port, host } = await serve({ createBus });
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('a', 'one', 1), publish('a', 'two', 2)]));
    await client.expectBytes(connack(0));
    told[0]?.answer(new Error('nobody answers'));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe('message could not be handed over');
    expect(told).toHaveLength(1);
  });

  test('acknowledges what is retained, and what came after it, in their order', async () => {
    const { told, createBus } = distantBus();
    const { port, host } = await serve({ createBus });
    const durable = Promise.withResolvers<void>();
    host.onRetain = () => durable.promise;
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('permanent/a', 'first', 1), publish('b', 'second', 2)]));
    await client.expectBytes(connack(0));
    for (let n = 0; n < 100 && told.length < 1; n++) await new Promise((resolve) => setImmediate(resolve));
    expect(told.map(({ payload }) => payload)).toEqual(['second']);
    told[0]?.answer();
    durable.resolve();
    for (let n = 0; n < 100 && told.length < 2; n++) await new Promise((resolve) => setImmediate(resolve));
    told[1]?.answer();
    await client.expectBytes(Buffer.concat([puback(1), puback(2)]));
  });

  test('answers a subscription when others know of the namespace, also that of the next subscriber', async () => {
    const known = Promise.withResolvers<void>();
    const events: string[] = [];
    const { port } = await serve({
      interest: {
        gained: (namespace) => {
          events.push(`gained ${namespace}`);
          return known.promise;
        },
        lost: (namespace) => events.push(`lost ${namespace}`),
      },
    });
    const first = await connectRaw({ port });
    first.send(Buffer.concat([connect({ clientId: 'first' }), subscribe(1, ['a', 1]), pingreq]));
    await first.expectBytes(connack(0));
    const second = await connectRaw({ port });
    second.send(Buffer.concat([connect({ clientId: 'second' }), subscribe(2, ['b', 1])]));
    await second.expectBytes(connack(0));
    await (await connectMqtt({ port })).end();
    expect(events).toEqual(['gained all']);

    known.resolve();
    await first.expectBytes(Buffer.concat([suback(1, 1), pingresp]));
    await second.expectBytes(suback(2, 1));
    const third = await connectMqtt({ port });
    await third.subscribe('c');
    await third.end();
    first.close();
    second.close();
    for (let n = 0; n < 200 && events.length < 2; n++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(events).toEqual(['gained all', 'lost all']);
  });

  test('closes the connection of a subscriber if others cannot be told of it', async () => {
    const { port, host } = await serve({
      interest: { gained: () => Promise.reject(new Error('nobody answers')), lost: () => {} },
    });
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), subscribe(1, ['a', 1])]));
    await client.expectBytes(connack(0));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe('internal error');
  });
});
