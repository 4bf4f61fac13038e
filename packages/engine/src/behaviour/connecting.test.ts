import { connectMqtt, connectRaw, refusalOf } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ConnackCode, type ConnectResult } from '../port.ts';
import { reasonOf, reasons } from '../reasons.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { connack, connect, pingreq, pingresp, publish } from './testing/packets.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

describe(`connecting to the ${name} engine`, () => {
  test.each(Object.values(ConnackCode))(
    'is refused with the code that the host gives: %i [MQTT-3.2.2-5]',
    async (code) => {
      const { port, host, engine } = await startServer(create, onTestFinished);
      host.onConnect = async () => ({ accepted: false, code, reason: reasonOf('not today') });

      expect(await refusalOf({ port, username: 'somebody', clientId: 'one' })).toBe(code);

      const { claim, reason } = await host.nth('refused');
      expect(reason).toBe('not today');
      expect(claim).toMatchObject({ username: 'somebody', clientId: 'one' });
      expect(host.told('connected')).toEqual([]);
      expect([...engine.sessions()]).toEqual([]);
    },
  );

  test('is refused with code 3 when the host cannot tell who it is', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onConnect = () => Promise.reject(new Error('the database is away'));

    expect(await refusalOf({ port })).toBe(ConnackCode.serverUnavailable);

    expect((await host.nth('refused')).reason).toBe(reasons.credentialsUnchecked.text);
    expect(host.told('connected')).toEqual([]);
  });

  test('is refused with code 5 when the will may not be published', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);

    expect(await refusalOf({ port, will: { topic: 'forbidden/will', payload: 'gone' } })).toBe(
      ConnackCode.notAuthorized,
    );

    expect((await host.nth('refused')).reason).toBe(reasons.willNotAllowed('forbidden/will').text);
    expect(host.told('connected')).toEqual([]);
    expect(engine.stats().sessions).toBe(0);
  });

  test('is refused with code 2 for a client ID longer than allowed, before the host is asked [MQTT-3.1.3-9]', async () => {
    const { port, host } = await startServer(create, onTestFinished, { maxClientIdBytes: 20 });
    let asked = 0;
    host.onConnect = async () => {
      asked++;
      return { accepted: true, principal: 'anyone', scope: 'anyone' };
    };

    expect(await refusalOf({ port, clientId: 'x'.repeat(21) })).toBe(ConnackCode.identifierRejected);
    // Counted in bytes: each of these has two.
    expect(await refusalOf({ port, clientId: 'я'.repeat(11) })).toBe(ConnackCode.identifierRejected);
    expect(asked).toBe(0);

    await connectMqtt({ port, clientId: 'x'.repeat(20) });
    expect(asked).toBe(1);
  });

  test('is refused with code 2 for an empty client ID without clean session, before the host is asked [MQTT-3.1.3-8]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onConnect = () => Promise.reject(new Error('not to be asked'));
    const client = await connectRaw({ port });

    client.send(connect({ clientId: '', cleanSession: false }));

    await client.expectBytes(connack(ConnackCode.identifierRejected));
    await client.expectClose();
  });

  test('serves nothing that follows a refused CONNECT [MQTT-3.1.4-5]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    host.onConnect = async () => ({
      accepted: false,
      code: ConnackCode.notAuthorized,
      reason: reasonOf('no'),
    });
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), publish('a', 'message', 1), pingreq]));

    await client.expectBytes(connack(ConnackCode.notAuthorized));
    await client.expectClose();
    expect(host.routesAsked).toEqual([]);
  });

  test('is closed without an answer when no CONNECT comes in time', async () => {
    const { port, host } = await startServer(create, onTestFinished, { connectTimeoutMs: 50 });
    const silent = await connectRaw({ port });
    const half = await connectRaw({ port });
    half.send(connect().subarray(0, 5));

    await silent.expectClose();
    await half.expectClose();

    const { claim, reason } = await host.nth('refused', 2);
    expect(claim).toBeUndefined();
    expect(reason).toBe(reasons.noConnect.text);
  });

  test('is closed by the header of a CONNECT that is too large, before its body comes', async () => {
    const { port, host } = await startServer(create, onTestFinished, { maxConnectPacketBytes: 100 });
    const client = await connectRaw({ port });

    client.send(connect({ clientId: 'x'.repeat(100) }).subarray(0, 2));

    await client.expectClose();
    expect((await host.nth('refused')).claim).toBeUndefined();
  });

  test('tells of bytes that are no CONNECT, and not of a connection that says nothing and goes', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const probe = await connectRaw({ port });
    probe.close();
    const stranger = await connectRaw({ port });

    stranger.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));

    await stranger.expectClose();
    await connectMqtt({ port });
    expect(host.told('refused')).toHaveLength(1);
  });

  test('leaves the session of a client ID alone when somebody fails to prove to be its owner', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const victim = await connectMqtt({ port, clientId: 'victim', username: 'owner' });
    host.onConnect = async () => ({
      accepted: false,
      code: ConnackCode.badUserNameOrPassword,
      reason: reasonOf('wrong password'),
    });

    expect(await refusalOf({ port, clientId: 'victim', username: 'owner' })).toBe(
      ConnackCode.badUserNameOrPassword,
    );

    await victim.publish('a', 'still here');
    expect(host.told('disconnected')).toEqual([]);
  });

  test('takes nothing over once the client has hung up, whatever the host answers then', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<ConnectResult<string>>();
    const accept = host.onConnect;
    host.onConnect = () => {
      asked.resolve();
      return answer.promise;
    };
    const impatient = await connectRaw({ port });
    impatient.send(connect({ clientId: 'same', username: 'me' }));
    await asked.promise;
    impatient.socket.resetAndDestroy();
    host.onConnect = accept;
    const patient = await connectMqtt({ port, clientId: 'same', username: 'me' });

    answer.resolve({ accepted: true, principal: 'me', scope: 'me' });

    await patient.publish('a', 'still here');
    expect(host.events.map(({ kind }) => kind)).toEqual(['connected']);
  });

  test('has a session from CONNACK on, and the host is told of it once [MQTT-3.1.4-4][MQTT-4.1.0-2]', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);

    await connectMqtt({ port, clientId: 'one', username: 'somebody' });

    expect(host.told('connected')).toEqual([{ kind: 'connected', clientId: 'one', principal: 'somebody' }]);
    expect([...engine.sessions()]).toMatchObject([
      { clientId: 'one', principal: 'somebody', transport: { remoteAddress: '127.0.0.1' } },
    ]);
    expect(engine.stats().sessions).toBe(1);
  });

  test('asks the host with all that CONNECT says, a password in bytes', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const asked: unknown[] = [];
    host.onConnect = async (request) => {
      asked.push(request);
      return { accepted: true, principal: 'somebody', scope: 'somebody' };
    };
    const password = Buffer.from([0xff, 0x00, 0xc0]);

    await connectMqtt({
      port,
      clientId: 'one',
      clean: false,
      keepAliveSeconds: 300,
      username: 'somebody',
      password,
      will: { topic: 'a/will', payload: 'gone', qos: 1 },
    });

    expect(asked).toMatchObject([
      {
        clientId: 'one',
        cleanSession: false,
        keepAliveSeconds: 300,
        username: 'somebody',
        password,
        will: { topic: 'a/will', payload: Buffer.from('gone'), qos: 1 },
        transport: { secure: false, remoteAddress: '127.0.0.1' },
      },
    ]);
  });

  test('keeps what follows CONNECT until the host has answered, then serves it in order [MQTT-3.1.4-5]', async () => {
    const { port, host } = await startServer(create, onTestFinished);
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    host.onConnect = async () => {
      asked.resolve();
      await answer.promise;
      return { accepted: true, principal: 'somebody', scope: 'somebody' };
    };
    const client = await connectRaw({ port });

    client.send(Buffer.concat([connect(), publish('a', 'message', 7), pingreq]));
    await asked.promise;
    // Another connection comes and goes: whatever was going to happen on the first, had time to.
    (await connectRaw({ port })).close();
    expect(host.routesAsked).toEqual([]);
    answer.resolve();

    await client.expectBytes(Buffer.concat([connack(0), Buffer.from([0x40, 2, 0, 7]), pingresp]));
  });

  test('answers clean session 0 with session present 0, also the second time [MQTT-3.2.2-3]', async () => {
    const { port } = await startServer(create, onTestFinished);
    const first = await connectMqtt({ port, clientId: 'keeper', clean: false });
    await first.subscribe('a/#');
    await first.end();

    const second = await connectMqtt({ port, clientId: 'keeper', clean: false });

    expect([first.sessionPresent, second.sessionPresent]).toEqual([false, false]);
    const other = await connectMqtt({ port });
    await other.publish('a/b', 'for the session that was not kept');
    await second.subscribe('marker');
    await other.publish('marker', 'x');
    expect((await second.messages.next()).topic).toBe('marker');
  });

  test('gives each client without an ID one of its own [MQTT-3.1.3-6]', async () => {
    const { port, host, engine } = await startServer(create, onTestFinished);
    for (let i = 0; i < 3; i++) {
      const client = await connectRaw({ port });
      client.send(connect({ clientId: '' }));
      await client.expectBytes(connack(0));
    }

    const ids = [...engine.sessions()].map(({ clientId }) => clientId);
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain('');
    expect(host.told('disconnected')).toEqual([]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'takes %s for a client ID like any other',
    async (clientId) => {
      const { port, host, engine } = await startServer(create, onTestFinished);

      const client = await connectMqtt({ port, clientId });

      await client.subscribe(clientId);
      await client.publish(clientId, 'hello');
      expect((await client.messages.next()).topic).toBe(clientId);
      expect(host.told('disconnected')).toEqual([]);
      expect(engine.stats().sessions).toBe(1);
    },
  );
});
