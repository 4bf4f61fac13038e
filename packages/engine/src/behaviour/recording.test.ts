import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PublishRoute } from '../port.ts';
import { reasons } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { openRoute, type TestHost } from './testing/host.ts';
import { connack, connect, pingreq, pingresp, puback, publish } from './testing/packets.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

/** Topics below `logged/` and `permanent/` go to a log under another name. */
function logIn(host: TestHost): void {
  host.onRoute = (_principal, topic): PublishRoute => {
    const isLogged = topic.startsWith('logged/') || topic.startsWith('permanent/');
    return { ...openRoute(topic), ...(isLogged && { taps: [{ log: 'one', topic: `as/${topic}` }] }) };
  };
}

describe(`recording on the ${name} engine`, () => {
  test('that fails closes the connection, unacknowledged, and so does not acknowledge what came after it', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    logIn(host);
    host.onRecord = () => Promise.reject(new Error('the disk is full'));
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('logged/a', 'x', 7), publish('other', 'y', 8)]));

    await client.expectBytes(connack(0));
    await client.expectClose();
    expect((await host.nth('disconnected')).reason).toBe(reasons.notStored.text);
  });

  test('holds up the acknowledgement alone: subscribers have the message, and acknowledgements keep their order', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    logIn(host);
    const recording = Promise.withResolvers<void>();
    host.onRecord = () => recording.promise;
    const listener = await connectMqtt({ port });
    await listener.subscribe('#');
    const client = await connectRaw({ port });
    client.send(Buffer.concat([connect(), publish('logged/a', 'x', 7), publish('other', 'y', 8), pingreq]));

    expect((await listener.messages.next()).topic).toBe('logged/a');
    expect((await listener.messages.next()).topic).toBe('other');
    await client.expectBytes(Buffer.concat([connack(0), pingresp]));
    recording.resolve();
    await client.expectBytes(Buffer.concat([puback(7), puback(8)]));
  });

  test('is asked for what the route taps alone, under the name in the log, with its publisher', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    logIn(host);
    const client = await connectMqtt({ port, username: 'me' });
    for (const topic of ['other/a', 'logged/a', 'logged/b/c', 'logged/a']) await client.publish(topic, topic);
    const by = { principal: 'me', qos: 1 };
    expect(host.recorded).toEqual([
      { ...by, names: ['one:as/logged/a'], payload: 'logged/a' },
      { ...by, names: ['one:as/logged/b/c'], payload: 'logged/b/c' },
      { ...by, names: ['one:as/logged/a'], payload: 'logged/a' },
    ]);
  });

  test('of a retained message begins once it is durable', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    logIn(host);
    const retaining = Promise.withResolvers<void>();
    host.onRetain = () => retaining.promise;
    const client = await connectMqtt({ port });
    const published = client.publish('permanent/a', 'x');
    await client.publish('other', 'y', { qos: 0 });
    expect(host.recorded).toEqual([]);
    retaining.resolve();
    await published;
    expect(host.recorded).toMatchObject([{ names: ['one:as/permanent/a'], payload: 'x', qos: 1 }]);
  });

  test('of a will is asked for as of any message', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    logIn(host);
    const witness = await connectMqtt({ port });
    await witness.subscribe('#');
    const client = await connectMqtt({
      port,
      username: 'dying',
      will: { topic: 'logged/will', payload: 'gone', qos: 1 },
    });
    client.drop();
    expect((await witness.messages.next()).topic).toBe('logged/will');
    await expect.poll(() => host.recorded).toMatchObject([{ principal: 'dying', payload: 'gone' }]);
  });
});
