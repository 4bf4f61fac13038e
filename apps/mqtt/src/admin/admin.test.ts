import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { NotHandedOverError } from '@iotcore/cluster';
import { createLogger } from '@iotcore/process';
import { NotAMemberError } from '@iotcore/store/data-plane';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { Registry } from 'prom-client';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { isCutOff } from '../cluster/open-cluster.ts';
import type { WatchRefusal } from '../watches/watches.ts';
import { createAdminServer, listenAdmin } from './admin-server.ts';
import { type ApiPublishParts, publishForApi } from './api-publish.ts';
import { ApiTokens } from './api-tokens.ts';

let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let strangers: typeof keys;
let jwk: object;
beforeAll(async () => {
  keys = await generateKeyPair('EdDSA', { extractable: true });
  strangers = await generateKeyPair('EdDSA', { extractable: true });
  jwk = await exportJWK(keys.publicKey);
});

const sign = (
  claims: { audience?: string; issuer?: string; expires?: string; kid?: string } = {},
  key = keys,
) =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'EdDSA', kid: claims.kid ?? 'k1' })
    .setIssuer(claims.issuer ?? 'iotcore')
    .setAudience(claims.audience ?? 'data-plane')
    .setExpirationTime(claims.expires ?? '1m')
    .sign(key.privateKey)
    .then((token) => `Bearer ${token}`);

describe('tokens of the API', () => {
  const tokens = () => new ApiTokens(async (kid) => (kid === 'k1' ? jwk : undefined));

  test('are refused when absent, malformed, foreign, expired, or meant for somebody else', async () => {
    const bad = [
      undefined,
      '',
      'Bearer',
      'Bearer x.y.z',
      `Basic ${(await sign()).slice('Bearer '.length)}`,
      await sign({}, strangers),
      await sign({ kid: 'unknown' }),
      await sign({ audience: 'api' }),
      await sign({ issuer: 'somebody' }),
      await sign({ expires: '-1m' }),
    ];
    for (const authorization of bad) expect(await tokens().isValid(authorization)).toBe(false);
  });

  test('are accepted when the installation signed them for the data plane, and no longer when its key is gone', async () => {
    let known: object | undefined = jwk;
    const checked = new ApiTokens(async () => known);
    const token = await sign();
    expect(await checked.isValid(token)).toBe(true);
    known = undefined;
    expect(await checked.isValid(token)).toBe(true);
    checked.forget();
    expect(await checked.isValid(token)).toBe(false);
  });

  test('cannot be checked while the keys cannot be read', async () => {
    const away = new ApiTokens(() => Promise.reject(new Error('database away')));
    await expect(away.isValid(await sign())).rejects.toThrow('database away');
  });
});

describe('publishing for the API', () => {
  const device = { kind: 'device', id: 'd1', registryId: 'r1' } as const;
  const route = { destinations: [], basis: { stale: false }, retainAs: undefined };
  const tapped = { ...route, taps: [{ log: 'e1', topic: 'tapped' }] };
  function setUp(disabled = false) {
    const published: string[] = [];
    const parts: ApiPublishParts = {
      findIdentity: async (id) => (id === 'd1' ? { principal: device, disabled } : undefined),
      route: (_principal, topic) => (topic === 'allowed' ? route : topic === 'tapped' ? tapped : undefined),
      publish: async (_route, payload, qos) => {
        published.push(`${payload} at ${qos}`);
      },
      published: () => published.push('noted'),
      record: async (deviceId, taps) => {
        published.push(`recorded for ${deviceId} in ${taps.map(({ log }) => log)}`);
      },
    };
    const publish = (more: object = {}, isRecorder = true) =>
      publishForApi(
        parts,
        {
          ...{ principalKind: 'device', principalId: 'd1', topic: 'allowed' },
          data: Buffer.from('x').toString('base64'),
          ...more,
        },
        isRecorder,
      );
    return { publish, published };
  }

  test.each([
    ['an unknown sender', { principalId: 'nobody' }, 404],
    ['a sender of another kind', { principalKind: 'broker' }, 404],
    ['a topic that the sender may not publish to', { topic: 'forbidden' }, 403],
    ['too large a payload', { data: Buffer.alloc(262_145).toString('base64') }, 400],
  ])('refuses %s and publishes nothing', async (_what, more, status) => {
    const { publish, published } = setUp();
    expect(await publish(more)).toMatchObject({ status });
    expect(published).toEqual([]);
  });

  test('records what exports take, in the one server that is to', async () => {
    const one = setUp();
    expect(await one.publish({ topic: 'tapped' })).toBeUndefined();
    expect(one.published).toEqual(['x at 1', 'recorded for d1 in e1', 'noted']);
    const other = setUp();
    expect(await other.publish({ topic: 'tapped' }, false)).toBeUndefined();
    expect(other.published).toEqual(['x at 1', 'noted']);
  });

  test('refuses a sender whose registry is disabled', async () => {
    const { publish, published } = setUp(true);
    expect(await publish()).toMatchObject({ status: 403, code: 'REGISTRY_DISABLED' });
    expect(published).toEqual([]);
  });

  test('hands the message over at QoS 1', async () => {
    const { publish, published } = setUp();
    expect(await publish()).toBeUndefined();
    expect(published).toEqual(['x at 1', 'noted']);
  });
});

describe('the admin server', () => {
  class Away extends Error {}
  function setUp() {
    const state = {
      serving: true,
      away: false,
      fromApi: true,
      publish: async (): Promise<undefined> => undefined,
      watch: async (): Promise<Readable | WatchRefusal> => ({
        status: 501,
        code: 'UNIMPLEMENTED',
        reason: 'not here',
      }),
    };
    const errors: unknown[] = [];
    const logger = createLogger('test', { logLevel: 'silent' });
    logger.error = (what: unknown) => void errors.push(what);
    const app = createAdminServer({
      logger,
      metrics: new Registry(),
      isServing: () => state.serving,
      facts: { maxConnections: 7, maxOpenFiles: 9, proxyNetworks: ['10.0.0.0/8'] },
      pingDatabase: async () => {
        if (state.away) throw new Away();
      },
      isFromApi: async () => state.fromApi,
      publish: () => state.publish(),
      watch: () => state.watch(),
      isDatabaseAway: (error) => error instanceof Away,
      isCutOff,
    });
    onTestFinished(() => app.close());
    const message = { principalKind: 'device', principalId: 'd1', topic: 't', data: '' };
    const publish = (payload: object = message) =>
      app.inject({ method: 'POST', url: '/internal/publish', payload });
    return { app, state, message, publish, errors };
  }

  test('refuses to publish for strangers, before their body is looked at', async () => {
    const { state, publish } = setUp();
    state.fromApi = false;
    expect((await publish({ not: 'even a message' })).statusCode).toBe(401);
  });

  test('refuses malformed messages', async () => {
    const { message, publish } = setUp();
    for (const bad of [
      {},
      { ...message, extra: 1 },
      { ...message, data: '%' },
      { ...message, principalKind: 'x' },
    ]) {
      expect((await publish(bad)).statusCode).toBe(400);
    }
  });

  test('says 503 for what a cluster could not take, and says no word of it in the log for each message', async () => {
    const { state, publish, errors } = setUp();
    for (const error of [new NotHandedOverError('too late'), new NotAMemberError()]) {
      state.publish = () => Promise.reject(error);
      const answer = await publish();
      expect([answer.statusCode, answer.json().code]).toEqual([503, 'UNAVAILABLE']);
    }
    expect(errors).toEqual([]);
    state.publish = () => Promise.reject(new Error('another'));
    await publish();
    expect(errors).toHaveLength(1);
  });

  test('says 503 while the database is away, and 500 without a word about why for anything else', async () => {
    const { state, publish } = setUp();
    state.publish = () => Promise.reject(new Away());
    expect((await publish()).statusCode).toBe(503);
    state.publish = () => Promise.reject(new Error('secret'));
    const answer = await publish();
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
  });

  test('ends a watch whose caller hung up before it was answered, and says no word of it in the log', async () => {
    const { app, state, errors } = setUp();
    const hungUp = Promise.withResolvers<void>();
    const stream = new Readable({ read() {} });
    const body = JSON.stringify({
      ...{ principalKind: 'device', principalId: 'd1', messages: true, refusals: true, log: true },
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    app.server.once('connection', (socket) => socket.once('close', () => hungUp.resolve()));
    const caller = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    state.watch = async () => {
      caller.destroy();
      await hungUp.promise;
      return stream;
    };
    const head = `POST /internal/watch HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n`;
    caller.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
    await expect.poll(() => stream.destroyed).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(errors).toEqual([]);
  });

  test('answers an empty object once a message was handed over', async () => {
    const { publish } = setUp();
    const answer = await publish();
    expect([answer.statusCode, answer.json()]).toEqual([200, {}]);
  });

  test('is alive from the start, ready once it serves, and tells whether the database is there', async () => {
    const { app, state } = setUp();
    const ready = async () => {
      const { statusCode, json } = await app.inject('/readyz');
      return [statusCode, json()];
    };
    state.serving = false;
    expect((await app.inject('/livez')).statusCode).toBe(200);
    expect(await ready()).toEqual([503, { status: 'starting', database: 'up' }]);
    state.serving = true;
    state.away = true;
    expect(await ready()).toEqual([503, { status: 'not ready', database: 'away' }]);
    state.away = false;
    expect(await ready()).toEqual([200, { status: 'ready', database: 'up' }]);
  });

  test('says which setting to change when its port is taken', async () => {
    const url = await listenAdmin(setUp().app, '127.0.0.1', 0);
    const second = listenAdmin(setUp().app, '127.0.0.1', Number(new URL(url).port));
    await expect(second).rejects.toThrow(/IOT_MQTT_ADMIN_PORT.*is taken/);
  });
});
