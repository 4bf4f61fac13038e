/** Whatever a client sent before it ended its connection is handled in order, whatever it had to wait for. */
import { once } from 'node:events';
import { connectMqtt, type MqttSession, type RawClient } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRoute, type TestHost } from '../behaviour/testing/host.ts';
import { connect, disconnect, publish, subscribe } from '../behaviour/testing/packets.ts';
import type { ConnectResult, EngineLimits } from '../port.ts';
import { type Ending, type ServedEngine, transports } from './testing/transports.ts';

const cases = transports.flatMap(({ name, start, endings }) =>
  endings.map((ending) => ({ transport: name, start, ending, how: ending.name })),
);
const will = { topic: 'wills/mortal', payload: 'the will' };
const topicOf = (n: number) => `a/${n}`;
/** Eight messages at QoS 1. */
const eight = Buffer.concat(Array.from({ length: 8 }, (_, n) => publish(topicOf(n), `message ${n}`, n + 1)));
const eightTopics = Array.from({ length: 8 }, (_, n) => topicOf(n));

/** Accepts everybody, `mortal` when the test says so. */
function acceptLater(host: TestHost) {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  host.onConnect = async ({ clientId }): Promise<ConnectResult<string>> => {
    if (clientId === 'mortal') {
      asked.resolve();
      await answer.promise;
    }
    return { accepted: true, principal: 'me', scope: 'me' };
  };
  return { asked: asked.promise, answer: () => answer.resolve() };
}

/** Ends the connection and waits until the server had every occasion to notice. */
async function endAndWait(served: ServedEngine, client: RawClient, ending: Ending): Promise<void> {
  const closed = once(client.socket, 'close');
  ending.end(client);
  if (ending.name === 'is reset') await closed;
  for (let n = 0; n < 3; n++) await (await connectMqtt({ port: served.port })).end();
}

async function expectEight(witness: MqttSession): Promise<void> {
  expect((await witness.messages.take(8)).map(({ topic }) => topic)).toEqual(eightTopics);
}

describe.each(cases)('a client on $transport that $how', ({ start, ending }) => {
  const setUp = async (limits?: Partial<EngineLimits>) => {
    const served = await start(onTestFinished, limits);
    const witness = await connectMqtt({ port: served.port, clientId: 'witness' });
    await witness.subscribe('#');
    return { ...served, served, witness };
  };
  const expectNothingMore = async (witness: MqttSession) => {
    await witness.publish('b', 'the last one');
    expect((await witness.messages.next()).topic).toBe('b');
  };

  test('before it was authenticated is heard to its DISCONNECT, and its will is not published [MQTT-3.14.4-3]', async () => {
    const { served, host, connect: open, witness } = await setUp();
    const authentication = acceptLater(host);
    const client = await open();
    client.send(Buffer.concat([connect({ clientId: 'mortal', will }), eight, disconnect]));
    await authentication.asked;
    await endAndWait(served, client, ending);
    expect(host.routesAsked.filter((topic) => topic.startsWith('a/'))).toEqual([]);

    authentication.answer();

    await expectEight(witness);
    expect(await disconnectionOf(host, 'mortal')).toBe('client disconnected');
    await expectNothingMore(witness);
  });

  test('without DISCONNECT before it was authenticated is heard, then its will is published', async () => {
    const { served, host, connect: open, witness } = await setUp();
    const authentication = acceptLater(host);
    const client = await open();
    client.send(Buffer.concat([connect({ clientId: 'mortal', will }), eight]));
    await authentication.asked;
    await endAndWait(served, client, ending);

    authentication.answer();

    await expectEight(witness);
    expect((await witness.messages.next()).topic).toBe(will.topic);
    expect(await disconnectionOf(host, 'mortal')).toBe('connection lost');
  });

  test('while its messages wait for their rate is heard to its DISCONNECT [MQTT-3.14.4-3]', async () => {
    const { host, connect: open, witness } = await setUp();
    const client = await open();
    let asked = 0;
    host.excessMs = () => (asked++ % 2 === 0 ? 20 : 0);
    client.send(Buffer.concat([connect({ clientId: 'mortal', will }), eight, disconnect]));
    ending.end(client);

    await expectEight(witness);
    expect(await disconnectionOf(host, 'mortal')).toBe('client disconnected');
    delete host.excessMs;
    await expectNothingMore(witness);
  });

  test('while the host is asked where its message goes is heard to its DISCONNECT', async () => {
    const { served, host, connect: open, witness } = await setUp();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    host.onRoute = async (_principal, topic) => {
      asked.resolve();
      await answer.promise;
      return openRoute(topic);
    };
    const client = await open();
    client.send(Buffer.concat([connect({ clientId: 'mortal' }), eight, disconnect]));
    await asked.promise;
    await endAndWait(served, client, ending);

    answer.resolve();

    await expectEight(witness);
    expect(await disconnectionOf(host, 'mortal')).toBe('client disconnected');
  });

  test('while more of its messages are stored than may wait is heard to its DISCONNECT', async () => {
    const { served, host, connect: open, witness } = await setUp();
    const asked = Promise.withResolvers<void>();
    const durable = Promise.withResolvers<void>();
    host.onRetain = async () => {
      asked.resolve();
      await durable.promise;
    };
    const count = 1_100;
    const messages = Array.from({ length: count }, (_, n) => publish(`permanent/${n}`, 'x', n + 1));
    const client = await open();
    client.send(Buffer.concat([connect({ clientId: 'mortal', will }), ...messages, disconnect]));
    await asked.promise;
    await endAndWait(served, client, ending);

    durable.resolve();

    const heard = (await witness.messages.take(count)).map(({ topic }) => topic);
    expect(heard).toEqual(Array.from({ length: count }, (_, n) => `permanent/${n}`));
    expect(await disconnectionOf(host, 'mortal')).toBe('client disconnected');
    await expectNothingMore(witness);
  });
});

describe('a connection whose client has ended it', () => {
  const setUp = async (limits?: Partial<EngineLimits>) => {
    const [plain] = transports;
    const served = await (plain as (typeof transports)[number]).start(onTestFinished, limits);
    const witness = await connectMqtt({ port: served.port, clientId: 'witness' });
    await witness.subscribe('#');
    return { ...served, witness };
  };

  test('gets the acknowledgements of what it sent if it still reads', async () => {
    const { host, connect: open } = await setUp();
    const authentication = acceptLater(host);
    const client = await open();
    client.send(Buffer.concat([connect({ clientId: 'mortal' }), publish('a', 'x', 7), disconnect]));
    client.socket.end();
    await authentication.asked;

    authentication.answer();

    await client.expectBytes('20020000 40020007');
    await client.expectClose();
  });

  test('takes no client ID over from a connection that came later', async () => {
    const { port, host, engine, connect: open, witness } = await setUp();
    const authentication = acceptLater(host);
    const impatient = await open();
    impatient.send(Buffer.concat([connect({ clientId: 'mortal' }), publish('a', 'x', 1)]));
    await authentication.asked;
    const gone = once(impatient.socket, 'close');
    impatient.socket.end();
    void gone;
    host.onConnect = async () => ({ accepted: true, principal: 'me', scope: 'me' });
    const patient = await connectMqtt({ port, clientId: 'mortal' });

    authentication.answer();

    expect((await witness.messages.next()).topic).toBe('a');
    expect(await disconnectionOf(host, 'mortal')).toBe('connection lost');
    await patient.publish('b', 'still here');
    expect((await witness.messages.next()).topic).toBe('b');
    expect(engine.stats().sessions).toBe(2);
  });

  test('is heard to its end although its client ID is taken over meanwhile', async () => {
    const { port, host, connect: open, witness } = await setUp();
    const client = await open();
    const held = Promise.withResolvers<void>();
    let isHeld = true;
    host.excessMs = () => {
      held.resolve();
      return isHeld ? 20 : 0;
    };
    client.send(Buffer.concat([connect({ clientId: 'mortal' }), eight, disconnect]));
    client.socket.end();
    await held.promise;
    const newer = await connectMqtt({ port, clientId: 'mortal' });

    isHeld = false;

    await expectEight(witness);
    expect(host.told('disconnected').map(({ reason }) => reason)).toEqual(['client disconnected']);
    expect(newer.connected).toBe(true);
  });

  test('is not heard for longer than the limit: then its DISCONNECT counts, and it is told that the rest was not handled', async () => {
    const { host, connect: open, witness } = await setUp({ finishTimeoutMs: 300 });
    const client = await open();
    host.excessMs = () => 60_000;
    client.send(Buffer.concat([connect({ clientId: 'mortal', will }), eight, disconnect]));
    client.socket.end();

    expect(await disconnectionOf(host, 'mortal')).toContain('could not be handled in time');
    delete host.excessMs;
    await witness.publish('b', 'x');
    expect((await witness.messages.next()).topic).toBe('b');
  });

  test('subscribes to nothing that stays', async () => {
    const { host, engine, connect: open } = await setUp();
    const client = await open();
    client.send(Buffer.concat([connect({ clientId: 'mortal' }), subscribe(1, ['x', 1]), disconnect]));
    client.socket.end();

    await disconnectionOf(host, 'mortal');
    expect(engine.stats()).toMatchObject({ sessions: 1, subscriptions: 1 });
  });
});

async function disconnectionOf(host: TestHost, clientId: string): Promise<string> {
  for (let n = 1; ; n++) {
    const event = await host.nth('disconnected', n);
    if (event.clientId === clientId) return event.reason;
  }
}
