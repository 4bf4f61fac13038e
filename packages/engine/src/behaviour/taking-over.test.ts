import { connectMqtt } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { reasons } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

describe(`a client ID on the ${name} engine`, () => {
  test('is no way to disturb another principal that uses the same', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const mine = await connectMqtt({ port, clientId: 'same', username: 'me' });

    const theirs = await connectMqtt({ port, clientId: 'same', username: 'them' });

    await mine.publish('a', 'both');
    await theirs.publish('a', 'are here');
    expect(host.told('disconnected')).toEqual([]);
    expect(engine.stats().sessions).toBe(2);
  });

  test.each([
    ['ab', 'c', 'a', 'bc'],
    ['a', ':b', 'a:', 'b'],
    ['1', '1:a', '11', ':a'],
    ['', 'a', 'a', ''],
  ])(
    'is never mistaken together with its scope: %s + %s is not %s + %s',
    async (scope1, id1, scope2, id2) => {
      const { port, host, engine } = await startServer(create, onTestFinished);
      host.onConnect = async ({ username = '' }) => ({
        accepted: true,
        principal: username,
        scope: username,
      });
      await connectMqtt({ port, clientId: id1, username: scope1 });
      await connectMqtt({ port, clientId: id2, username: scope2 });

      expect(host.told('disconnected')).toEqual([]);
      expect(engine.stats().sessions).toBe(2);
    },
  );

  test('belongs to the newest connection of its principal: the older is closed first [MQTT-3.1.3-2][MQTT-3.1.4-2]', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const older = await connectMqtt({ port, clientId: 'same', username: 'me' });
    await older.subscribe('a');

    const newer = await connectMqtt({ port, clientId: 'same', username: 'me' });

    await older.expectClosed();
    expect(host.events.map(({ kind }) => kind)).toEqual(['connected', 'disconnected', 'connected']);
    expect(host.told('disconnected')[0]?.reason).toBe(reasons.takenOver.text);
    expect(engine.stats()).toMatchObject({ sessions: 1, subscriptions: 0 });

    // Nothing of the older session comes to the newer.
    await newer.publish('a', 'for the subscription that is gone');
    await newer.subscribe('marker');
    await newer.publish('marker', 'x');
    expect((await newer.messages.next()).topic).toBe('marker');
  });

  test('has its older will fire once when it is taken over [MQTT-3.1.2-8]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const witness = await connectMqtt({ port });
    await witness.subscribe('wills/#');
    const will = (payload: string) => ({ topic: 'wills/same', payload, qos: 1 as const });
    await connectMqtt({ port, clientId: 'same', username: 'me', will: will('older') });

    const newer = await connectMqtt({ port, clientId: 'same', username: 'me', will: will('newer') });

    expect((await witness.messages.next()).payload.toString()).toBe('older');
    await newer.publish('wills/marker', 'x');
    expect((await witness.messages.next()).topic).toBe('wills/marker');
    expect(host.told('disconnected')).toHaveLength(1);
  });

  test('ends up with one session when many connections want it at once', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    const attempts = Array.from({ length: 20 }, () =>
      connectMqtt({ port, clientId: 'same', username: 'me' }).catch(() => undefined),
    );

    const sessions = (await Promise.all(attempts)).filter((session) => session !== undefined);

    const [last] = [...engine.sessions()];
    expect(last?.clientId).toBe('same');
    expect(engine.stats().sessions).toBe(1);
    expect(host.told('connected').length - host.told('disconnected').length).toBe(1);
    expect(sessions.length).toBeGreaterThan(0);
  });
});
