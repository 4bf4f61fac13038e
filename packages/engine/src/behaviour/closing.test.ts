import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reasonOf, reasons } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { openRoute } from './testing/host.ts';
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
} from './testing/packets.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

describe(`the end of a session on the ${name} engine`, () => {
  test('by DISCONNECT is told as: client disconnected', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port, clientId: 'one' });

    await client.end();

    expect(await host.nth('disconnected')).toEqual({
      kind: 'disconnected',
      clientId: 'one',
      reason: 'client disconnected',
    });
    expect(engine.stats()).toMatchObject({ sessions: 0, subscriptions: 0 });
  });

  test('by the loss of the connection is told as such', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const client = await connectMqtt({ port });
    await client.subscribe('a');

    client.drop();

    expect((await host.nth('disconnected')).reason).toBe(reasons.connectionLost.text);
    expect(engine.stats()).toMatchObject({ sessions: 0, subscriptions: 0 });
  });

  test('by silence beyond one and a half times the keep alive is told as: keep alive timeout [MQTT-3.1.2-24]', async () => {
    // No other deadline comes near.
    const { port, host } = await startServer(create, onTestFinished, { packetGraceMs: 60_000 });
    const client = await connectRaw({ port });
    client.send(connect({ keepAliveSeconds: 1 }));
    await client.expectBytes(connack(0));

    await client.expectClose();

    expect((await host.nth('disconnected')).reason).toBe('keep alive timeout');
  });

  test('does not come while the server itself keeps the client waiting', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const answer = Promise.withResolvers<void>();
    host.onRoute = async (_principal, topic) => {
      await answer.promise;
      return openRoute(topic);
    };
    const waiting = await connectRaw({ port });
    waiting.send(
      Buffer.concat([connect({ clientId: 'waiting', keepAliveSeconds: 1 }), publish('a', 'x', 1)]),
    );
    await waiting.expectBytes(connack(0));
    // Another one with the same keep alive, connected later, tells how late it is.
    const silent = await connectRaw({ port });
    silent.send(connect({ clientId: 'silent', keepAliveSeconds: 1 }));
    await silent.expectBytes(connack(0));
    await silent.expectClose();

    expect(host.told('disconnected').map(({ clientId }) => clientId)).toEqual(['silent']);
    answer.resolve();
    await waiting.expectBytes(puback(1));
  });

  test('comes when the rest of a packet does not, however slowly single bytes do', async () => {
    const { port, host } = await startServer(create, onTestFinished, { packetGraceMs: 300 });
    const client = await connectRaw({ port });
    client.send(connect());
    await client.expectBytes(connack(0));
    const trickle = setInterval(() => client.send(Buffer.from('x')), 20);
    onTestFinished(() => clearInterval(trickle));

    client.send(publish('a', Buffer.alloc(10_000)).subarray(0, 10));

    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe(reasons.packetTooSlow.text);
  });

  test('does not come for a client that is silent between packets and has no keep alive', async () => {
    const { port, host } = await startServer(create, onTestFinished, {
      packetGraceMs: 50,
      connectTimeoutMs: 1000,
    });
    const patient = await connectRaw({ port });
    patient.send(connect({ clientId: 'patient' }));
    await patient.expectBytes(connack(0));
    // One that never connects tells when these times are over.
    await (await connectRaw({ port })).expectClose();

    patient.send(pingreq);
    await patient.expectBytes(pingresp);
    expect(host.told('disconnected')).toEqual([]);
  });

  test('by a packet that MQTT forbids is told with what is wrong', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), Buffer.from('3003000100', 'hex')]));

    await client.expectBytes(connack(0));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe('text holds the null character');
  });

  test('by a second CONNECT is told as such [MQTT-3.1.0-2]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), connect()]));

    await client.expectBytes(connack(0));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe('second CONNECT');
  });

  test('comes after all that was sent before has been served', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectRaw({ port });
    const forbidden = Buffer.from([0xf0, 0]);

    client.send(
      Buffer.concat([connect(), publish('a', 'x', 1), publish('b', 'y', 2), pingreq, forbidden, pingreq]),
    );

    await client.expectBytes(Buffer.concat([connack(0), puback(1), puback(2), pingresp]));
    await client.expectClose();
    expect(host.routesAsked).toEqual(['a', 'b']);
  });

  test('makes everything after DISCONNECT count for nothing [MQTT-3.14.4-2]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), disconnect, publish('a', 'x', 1)]));

    await client.expectBytes(connack(0));
    await client.expectClose();
    expect(host.routesAsked).toEqual([]);
  });

  test('can be brought about by the host, for the sessions that it picks and with its reason', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const sessions = await Promise.all(
      ['a', 'b', 'b', 'c'].map((username) => connectMqtt({ port, username })),
    );

    expect(engine.disconnect(({ principal }) => principal === 'b', reasonOf('password deleted'))).toBe(2);

    await sessions[1]?.expectClosed();
    await sessions[2]?.expectClosed();
    expect(host.told('disconnected').map(({ reason }) => reason)).toEqual([
      'password deleted',
      'password deleted',
    ]);
    expect([...engine.sessions()].map(({ principal }) => principal).sort()).toEqual(['a', 'c']);
    await sessions[0]?.publish('a', 'still here');
    expect(engine.disconnect(() => false, reasonOf('nobody'))).toBe(0);
  });
});

describe(`closing the ${name} engine`, () => {
  test('ends all sessions with its reason, and all connections', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const clients = await Promise.all(Array.from({ length: 250 }, () => connectMqtt({ port })));
    const silent = await connectRaw({ port });

    await engine.close(reasonOf('server stops'));

    await Promise.all(clients.map((client) => client.expectClosed()));
    await silent.expectClose();
    expect(host.told('disconnected').map(({ reason }) => reason)).toEqual(Array(250).fill('server stops'));
    expect(engine.stats()).toMatchObject({ sessions: 0, subscriptions: 0 });
  });

  test('sends the acknowledgements of messages that are being stored', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const asked = Promise.withResolvers<void>();
    const durable = Promise.withResolvers<void>();
    host.onRetain = async () => {
      asked.resolve();
      await durable.promise;
    };
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('permanent/a', 'x', 1)]));
    await client.expectBytes(connack(0));
    await asked.promise;

    const closed = engine.close(reasonOf('server stops'));
    durable.resolve();

    await client.expectBytes(puback(1));
    await client.expectClose();
    await closed;
  });

  test('hands over what is being stored before it ends the sessions that hear it', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const asked = Promise.withResolvers<void>();
    const durable = Promise.withResolvers<void>();
    host.onRetain = async () => {
      asked.resolve();
      await durable.promise;
    };
    // Connected first, so that nothing but this order keeps it from being ended first.
    const subscriber = await connectRaw({ port });
    subscriber.send(Buffer.concat([connect({ clientId: 'subscriber' }), subscribe(1, ['permanent/a', 0])]));
    await subscriber.expectBytes(Buffer.concat([connack(0), suback(1, 0)]));
    const publisher = await connectRaw({ port });
    publisher.send(Buffer.concat([connect({ clientId: 'publisher' }), publish('permanent/a', 'x', 1)]));
    await publisher.expectBytes(connack(0));
    await asked.promise;

    const closed = engine.close(reasonOf('server stops'));
    durable.resolve();

    await publisher.expectBytes(puback(1));
    await subscriber.expectBytes(publish('permanent/a', 'x'));
    await closed;
  });

  test('sends a subscriber what waits while its window is full, and in its socket, before it ends the session', async () => {
    const { port, engine } = await startServer(create, onTestFinished, { maxInflightMessages: 2 });
    const subscriber = await connectRaw({ port });
    subscriber.send(Buffer.concat([connect({ clientId: 'subscriber' }), subscribe(1, ['a', 1])]));
    await subscriber.expectBytes(Buffer.concat([connack(0), suback(1, 1)]));
    const publisher = await connectMqtt({ port });
    // Neither read nor acknowledged, and more than two sockets hold.
    subscriber.socket.pause();
    const payloads = Array.from({ length: 40 }, (_, n) => Buffer.alloc(100_000, n));
    await Promise.all(payloads.map((payload) => publisher.publish('a', payload)));

    const closed = engine.close(reasonOf('server stops'));
    subscriber.socket.resume();

    for (const payload of payloads) {
      const heard = await subscriber.read(publish('a', payload, 1).length);
      expect(heard.subarray(-payload.length).equals(payload)).toBe(true);
    }
    await subscriber.expectClose();
    await closed;
  });

  test('lets nobody in any more', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    await engine.close(reasonOf('server stops'));
    const late = await connectRaw({ port });

    late.send(connect());

    await late.expectClose();
    expect(host.told('connected')).toEqual([]);
  });

  test('is over even if a client neither reads nor hangs up', async () => {
    const { port, engine } = await startServer(create, onTestFinished);
    const frozen = await connectRaw({ port });
    frozen.send(connect());
    await frozen.expectBytes(connack(0));
    frozen.socket.pause();

    await engine.close(reasonOf('server stops'));

    expect(engine.stats().sessions).toBe(0);
  });
});
