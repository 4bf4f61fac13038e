/** Who is let in and who is not, by the rules of connecting: every row, over TLS and plain TCP, on real processes. */
import {
  connectMqtt,
  connectRaw,
  makeCertificate,
  makeExpiredCertificate,
  makeFutureCertificate,
  refusalOf,
  sharedInstallation,
  startInstallation,
  type TestCertificate,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  byCertificate,
  createBroker,
  createDevice,
  createRegistry,
  type TestClient,
  transports,
} from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;
let sibling: TestClient;
let broker: TestClient;
let own: TestCertificate;
let foreign: TestCertificate;
let unknown: TestCertificate;

beforeAll(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
  sibling = await createDevice(installation(), registry);
  broker = await createBroker(installation());
  own = await device.addCertificate();
  foreign = await sibling.addCertificate();
  unknown = await makeCertificate();
});

const wrongPassword = 'Wrong-Password-1234';
const eventsOf = (client: TestClient) => `$devices/${client.id}/events`;

describe('certificate and password together', () => {
  test('wrong and wrong: refused', async () => {
    expect(await device.refusal({ certificate: unknown, password: wrongPassword })).toBe(4);
  });
  test('wrong and right: let in by the password', async () => {
    await (await device.connect({ certificate: unknown })).publish(eventsOf(device), 'x');
  });
  test('right and wrong: refused', async () => {
    expect(await device.refusal({ certificate: own, password: wrongPassword })).toBe(4);
  });
  test('right and right: let in, by the password', async () => {
    const clientId = 'both-right';
    await (await device.connect({ certificate: own, clientId })).end();
    expect(await device.logLine(/clientID: "both-right"/)).toMatch(/^connected, password: "/);
  });
  test("another device's and right: let in as the device that the user name names", async () => {
    const session = await device.connect({ certificate: foreign });
    await session.publish(eventsOf(device), 'x');
    await expect(session.publish(eventsOf(sibling), 'x')).rejects.toThrow();
  });
});

describe.each(transports)('a password over %s', (transport) => {
  test('that is wrong is refused with 4, as is an unknown user name', async () => {
    expect(await device.refusal({ password: wrongPassword }, transport)).toBe(4);
    expect(await device.refusal({ username: 'arexxxxxxxxxxxxxxxxx' }, transport)).toBe(4);
    expect(await device.refusal({ username: '__proto__' }, transport)).toBe(4);
  });

  test('of another device is refused with 4', async () => {
    expect(await device.refusal({ password: sibling.password }, transport)).toBe(4);
    expect(await device.refusal({ password: registry.password }, transport)).toBe(4);
  });

  test('that is empty, not text, or as long as MQTT allows is refused with 4', async () => {
    for (const password of ['', Buffer.from([0, 255, 0xc0]), Buffer.alloc(60_000, 'x')]) {
      expect(await device.refusal({ password }, transport)).toBe(4);
    }
  });

  test('lets in a device, a registry and a broker', async () => {
    for (const client of [device, registry, broker]) {
      const session = await client.connect({}, transport);
      expect(session.sessionPresent).toBe(false);
    }
  });

  test('may be any of several', async () => {
    const second = 'Second-Password-1234';
    await installation().api.addPassword(sibling.owner, second);
    await sibling.connect({ password: second }, transport);
    await sibling.connect({}, transport);
  });
});

describe('no password', () => {
  test('and no certificate is refused with 5, a lone user name with 4', async () => {
    for (const reach of [installation().overTls, installation().overTcp]) {
      expect(await refusalOf(reach)).toBe(5);
      expect(await refusalOf({ ...reach, username: device.id })).toBe(4);
      expect(await refusalOf({ ...reach, username: '' })).toBe(4);
    }
  });

  test('and a certificate that nobody has is refused with 5', async () => {
    expect(await device.refusal(byCertificate(unknown))).toBe(5);
  });

  test('and a certificate that is expired or not yet valid is refused with 5, and says so in the log', async () => {
    // Of a device that others did not just refuse: of many refusals in a moment only the first are logged.
    const aged = await createDevice(installation(), registry);
    const expired = await aged.addCertificate(await makeExpiredCertificate());
    const future = await aged.addCertificate(await makeFutureCertificate());
    expect(await aged.refusal(byCertificate(expired))).toBe(5);
    expect(await aged.refusal(byCertificate(future))).toBe(5);
    await aged.logLine(/^connection refused: certificate expired/);
    await aged.logLine(/^connection refused: certificate not yet valid/);
  });

  test('and a self-made certificate of the same name as a known one is refused with 5', async () => {
    const named = await device.addCertificate(await makeCertificate({ commonName: device.id }));
    await device.connect(byCertificate(named));
    expect(await device.refusal(byCertificate(await makeCertificate({ commonName: device.id })))).toBe(5);
  });

  test("and the user name of another than the certificate's owner is refused with 5", async () => {
    expect(await refusalOf({ ...installation().overTls, certificate: foreign, username: device.id })).toBe(5);
  });

  test.each(['rsa', 'ecdsa', 'ed25519'] as const)('and a %s certificate lets in its owner', async (key) => {
    for (const client of [device, registry, broker]) {
      const certificate = await client.addCertificate(await makeCertificate({ key }));
      await client.connect({ ...byCertificate(certificate), clientId: `by-${key}` });
      const line = await client.logLine(new RegExp(`clientID: "by-${key}"`));
      expect(line).toContain(`connected, cert: "${certificate.sha1}", address: "127.0.0.1:`);
    }
  });
});

describe('a resumed TLS session', () => {
  test('is checked by the certificate that it holds, as any other', async () => {
    const certificate = await device.addCertificate();
    let ticket: Buffer | undefined;
    const reach = {
      ...installation().overTls,
      certificate,
      username: undefined as never,
      password: undefined as never,
    };
    const raw = await connectRaw(reach);
    (raw.socket as never as NodeJS.EventEmitter).on('session', (session: Buffer) => {
      ticket = session;
    });
    raw.send(`10 0d 00 04 4d515454 04 02 003c 0001 61`);
    await raw.expectBytes('20 02 00 00');
    await expect.poll(() => ticket).toBeDefined();
    await installation().api.must(
      'DELETE',
      `/iot-devices/v1/devices/${device.id}/certificates/${certificate.sha1}`,
    );
    await raw.expectClose();
    expect(await refusalOf({ ...reach, more: { session: ticket } as never })).toBe(5);
  });
});

describe('the server over TLS', () => {
  test('is not trusted by a client that trusts another authority', async () => {
    const other = await makeCertificate({ authority: true });
    await expect(device.connect({ caPem: other.certPem })).rejects.toThrow(
      /self-signed|unable to verify|issuer/i,
    );
  });

  test('serves clients that name no server', async () => {
    await device.connect({ more: { servername: '' } });
  });

  test('does not serve TLS 1.1', async () => {
    const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(device.connect({ more: old as object })).rejects.toThrow();
    await device.connect();
  });
});

describe('protocol and client ID', () => {
  const connect = (name: string, level: number, flags = '02', clientId = '0001 61') => {
    const length = Buffer.from([0, name.length]).toString('hex');
    const body = `${length} ${Buffer.from(name).toString('hex')} ${level.toString(16).padStart(2, '0')} ${flags} 003c ${clientId}`;
    return `10 ${(body.replaceAll(' ', '').length / 2).toString(16).padStart(2, '0')} ${body}`;
  };

  test.each([
    ['MQTT', 3],
    ['MQTT', 5],
    ['MQIsdp', 3],
  ])('%s at level %i is refused with 1, then closed', async (name, level) => {
    for (const reach of [installation().overTls, installation().overTcp]) {
      const raw = await connectRaw(reach);
      raw.send(connect(name, level));
      await raw.expectBytes('20 02 00 01');
      await raw.expectClose();
    }
  });

  test('an empty client ID without a clean session is refused with 2', async () => {
    const raw = await connectRaw(installation().overTcp);
    raw.send(connect('MQTT', 4, '00', '0000'));
    await raw.expectBytes('20 02 00 02');
    await raw.expectClose();
  });

  test('clean session 0 is accepted, and no session is present', async () => {
    const session = await device.connect({ clean: false, clientId: 'kept' });
    expect(session.sessionPresent).toBe(false);
    await session.end();
    expect((await device.connect({ clean: false, clientId: 'kept' })).sessionPresent).toBe(false);
  });

  test('the client ID of a live session of the same device takes it over', async () => {
    const first = await device.connect({ clientId: 'same' });
    const second = await device.connect({ clientId: 'same' });
    await first.expectClosed();
    await second.publish(eventsOf(device), 'x');
    await device.logLine(/^disconnected: another connection with the same client ID/);
  });

  test('the client ID of another disturbs nobody, nor does a failed login with it', async () => {
    const victim = await device.connect({ clientId: 'shared' });
    const other = await sibling.connect({ clientId: 'shared' });
    expect(await device.refusal({ clientId: 'shared', password: wrongPassword })).toBe(4);
    await victim.publish(eventsOf(device), 'x');
    await other.publish(eventsOf(sibling), 'x');
  });
});

describe('a will', () => {
  test('on a topic that its sender may not publish to refuses the connection with 5', async () => {
    for (const topic of [eventsOf(sibling), `$devices/${device.id}/commands`, 'no/such/topic']) {
      expect(await device.refusal({ will: { topic, payload: 'x' } })).toBe(5);
    }
    await device.logLine(/^connection refused: will on topic ".*" not allowed/);
  });

  test('is published with the rights of its sender when the connection is lost', async () => {
    const listener = await registry.connect();
    await listener.subscribe(eventsOf(device));
    const session = await device.connect({ will: { topic: eventsOf(device), payload: 'gone', qos: 1 } });
    session.drop();
    expect(String((await listener.messages.next()).payload)).toBe('gone');
    await device.logLine(/^disconnected: connection lost/);
  });
});

describe('the connection log', () => {
  test('names each client, its address, and why its session ended', async () => {
    const session = await sibling.connect({ clientId: 'logged \u202e"me"' });
    await session.end();
    const line = await sibling.logLine(/logged/);
    expect(line).toMatch(
      /^connected, password: "[a-z0-9]+", address: "127\.0\.0\.1:\d+", clientID: "logged \\u202e\\"me\\""$/,
    );
    await sibling.logLine(/^disconnected: client disconnected$/);
  });

  test('tells of refused logins at the device that they named, and at nobody else', async () => {
    await sibling.refusal({ password: wrongPassword, clientId: 'intruder' });
    const line = await sibling.logLine(/intruder/);
    expect(line).toMatch(
      /^connection refused: unknown user name or wrong password, address: "127\.0\.0\.1:\d+"/,
    );
    expect((await device.log()).filter((text) => text.includes('intruder'))).toEqual([]);
  });
});

describe('the switch that accepts expired certificates', () => {
  test('lets in a known certificate outside its dates, and still no unknown one', async () => {
    const lenient = await startInstallation({
      programs: ['mqtt'],
      database: installation().databaseUrl,
      env: { IOT_EXPIRED_CERTIFICATES: 'accept' },
    });
    const owner = await createDevice(installation(), await createRegistry(installation()));
    const expired = await owner.addCertificate(await makeExpiredCertificate());
    await connectMqtt({ ...lenient.overTls, certificate: expired });
    expect(await refusalOf({ ...lenient.overTls, certificate: await makeExpiredCertificate() })).toBe(5);
  });
});
