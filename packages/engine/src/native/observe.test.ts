import { connectMqtt } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startServer } from '../behaviour/testing/server.ts';
import { createNativeEngine } from './index.ts';

describe('an observer', () => {
  test('sees what is published to its filters, as it was published, until it is asked to end', async () => {
    const { port, engine } = await startServer(createNativeEngine, onTestFinished);
    const seen: string[] = [];
    const namespace = 'all';
    const end = await engine.observe?.([{ namespace, filter: 'a/#' }], (message) =>
      seen.push(`${message.topic} ${message.qos} ${message.payloadBytes} ${message.copyPayload(3)}`),
    );
    const client = await connectMqtt({ port });
    await client.publish('b', 'not this');
    await client.publish('a', 'first');
    await client.publish('a/b', 'second', { qos: 0 });
    await client.publish('a/c', '');
    expect(seen).toEqual(['a 1 5 fir', 'a/b 0 6 sec', 'a/c 1 0 ']);
    expect(engine.hasSubscribers(namespace)).toBe(true);
    end?.();
    expect(engine.hasSubscribers(namespace)).toBe(false);
    await client.publish('a', 'too late');
    expect(seen).toHaveLength(3);
    await client.end();
  });
});
