/** Certificates as an attacker would use them: resumed, foreign, too weak, too costly. Other clients are still served. */
import { once } from 'node:events';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { openDatabase } from '@iotcore/store';
import {
  eventually,
  makeCertificate,
  makeHugeRsaKeys,
  makeShortRsaKeys,
  packet,
  RawClient,
  refusalOf,
  sharedInstallation,
  type TestCertificate,
  text,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  byCertificate,
  createBroker,
  createDevice,
  createRegistry,
  type TestClient,
} from '../support/test-client.ts';

const installation = sharedInstallation();
let registry: TestClient;
let device: TestClient;
let sibling: TestClient;

beforeAll(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
  sibling = await createDevice(installation(), registry);
});

const eventsOf = (client: TestClient) => `$devices/${client.id}/events`;
const accepted = '20020000';
const notAuthorized = '20020005';

interface Handshake {
  readonly socket: TLSSocket;
  readonly client: RawClient;
}

async function handshake(options: ConnectionOptions, certificate?: TestCertificate): Promise<Handshake> {
  const { port, caPem } = installation().overTls;
  const keys = certificate && { cert: certificate.certPem, key: certificate.keyPem };
  const socket = connect({ host: '127.0.0.1', port, ca: caPem, ...keys, ...options });
  onTestFinished(() => void socket.destroy());
  const client = new RawClient(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return { socket, client };
}

/** CONNECT without user name and password, and the CONNACK; nothing if the connection ends instead. */
async function connack({ client }: Handshake, clientId = 'x'): Promise<string> {
  client.send(packet('10', `${text('MQTT')}0402003c${text(clientId)}`));
  return (await client.read(4)).toString('hex');
}

/** Makes a first session; what came of its CONNECT, and how to resume it. */
async function firstSession(options: ConnectionOptions, certificate?: TestCertificate) {
  let ticket: Buffer | undefined;
  const { port, caPem } = installation().overTls;
  const keys = certificate && { cert: certificate.certPem, key: certificate.keyPem };
  const socket = connect({ host: '127.0.0.1', port, ca: caPem, ...keys, ...options });
  socket.on('session', (session) => {
    ticket = session;
  });
  onTestFinished(() => void socket.destroy());
  const answer = await connack({ socket, client: new RawClient(socket) });
  const session = await eventually('a ticket', () => ticket);
  return { answer, resumed: { ...options, session } };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session resumed over %s', (version) => {
  const only = { minVersion: version, maxVersion: version } as const;

  async function resume(options: ConnectionOptions, certificate?: TestCertificate): Promise<string> {
    const resumed = await handshake(options, certificate);
    expect(resumed.socket.isSessionReused()).toBe(true);
    return connack(resumed);
  }

  test('without a certificate has none, although its client holds one now', async () => {
    const certificate = await device.addCertificate();
    const { answer, resumed } = await firstSession(only);
    expect(answer).toBe(notAuthorized);
    expect(await resume(resumed, certificate)).toBe(notAuthorized);
  });

  test('is refused once its certificate has expired, although its ticket lives', async () => {
    const aged = await createDevice(installation(), registry);
    const certificate = await aged.addCertificate();
    const { answer, resumed } = await firstSession(only, certificate);
    expect(answer).toBe(accepted);
    await expire(certificate);
    await eventually(
      'the end of the certificate',
      async () => (await resume(resumed, certificate)) === notAuthorized,
    );
    await aged.logLine(/^connection refused: certificate expired/);
  });

  test('is let in while its certificate is there, and refused once it was deleted', async () => {
    const certificate = await device.addCertificate();
    const { answer, resumed } = await firstSession(only, certificate);
    expect(answer).toBe(accepted);
    expect(await resume(resumed, certificate)).toBe(accepted);
    const path = `/iot-devices/v1/devices/${device.id}/certificates/${certificate.sha1}`;
    await installation().api.must('DELETE', path);
    await eventually('the refusal', async () => (await resume(resumed, certificate)) === notAuthorized);
  });
});

describe('who somebody is', () => {
  test('is said by the certificate, and by no client ID beside it', async () => {
    const victim = await device.connect({ clientId: device.id });
    const certificate = await sibling.addCertificate();
    const session = await sibling.connect({ ...byCertificate(certificate), clientId: device.id });
    await session.publish(eventsOf(sibling), 'x');
    await expect(session.publish(eventsOf(device), 'x')).rejects.toThrow();
    await victim.publish(eventsOf(device), 'x');
  });

  test('cannot be claimed by password where there is none, not even beside the right certificate', async () => {
    const { id } = await installation().api.createDevice(registry.id);
    const certificate = await makeCertificate();
    await installation().api.addCertificate({ deviceId: id }, certificate.certPem);
    for (const more of [{}, { certificate }]) {
      const reach = { ...installation().overTls, username: id, ...more };
      expect(await refusalOf({ ...reach, password: device.password })).toBe(4);
      expect(await refusalOf({ ...reach, password: '' })).toBe(4);
    }
  });

  test('is private to a tenant: the same client ID lives in each of them', async () => {
    const elsewhere = await createDevice(installation(), await createRegistry(installation()));
    const clients = [device, registry, elsewhere, await createBroker(installation())];
    const sessions = await Promise.all(clients.map((client) => client.connect({ clientId: 'everywhere' })));
    for (const session of sessions)
      expect(await session.subscribe('$me/nothing')).toEqual([expect.any(Number)]);
    expect(sessions.every(({ connected }) => connected)).toBe(true);
  });
});

describe('a handshake', () => {
  test.each<[string, ConnectionOptions]>([
    ['a name that nobody serves', { servername: 'nobody.example' }],
    ['the longest name', { servername: `${'a'.repeat(62)}.`.repeat(4).slice(0, 250) }],
    ['a name that is none', { servername: '..\u0001%00/*' }],
    ['a name like a member of Object.prototype', { servername: '__proto__' }],
    ['protocols that nobody speaks', { ALPNProtocols: ['mqtt', '\u0000', 'x'.repeat(255)] }],
  ])('for %s is served, and ends nothing but itself', async (_what, odd) => {
    expect(await connack(await handshake({ checkServerIdentity: () => undefined, ...odd }))).toBe(
      notAuthorized,
    );
  });

  test('cannot be had again in a connection', async () => {
    const { socket } = await handshake({ maxVersion: 'TLSv1.2' });
    const refused = once(socket, 'error');
    socket.renegotiate({}, () => {});
    expect(String((await refused)[0])).toContain('no renegotiation');
  });

  test.each(['TLSv1', 'TLSv1.1'] as const)('of %s is refused', async (version) => {
    const old = { minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(handshake(old)).rejects.toThrow(/alert|reset|closed|hang up/i);
  });
});

describe('a certificate that no one should have', () => {
  const weakest = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'ALL:@SECLEVEL=0' } as const;

  const cases: readonly (readonly [string, () => Promise<TestCertificate>])[] = [
    ['an RSA key of 512 bits', async () => makeCertificate({ keys: await makeShortRsaKeys() })],
    ['an RSA key of 16,384 bits', async () => makeCertificate({ keys: await makeHugeRsaKeys() })],
    ['a signature with MD5', signedWithMd5],
    ['a chain of 50', () => makeChain(50)],
  ];

  test.each(cases)('%s is not taken by the API, lets nobody in, and costs little', async (_what, make) => {
    const certificate = await make();
    const path = `/iot-devices/v1/devices/${device.id}/certificates`;
    const body = { certificateData: certificate.certPem };
    expect((await installation().api.call('POST', path, body)).body).toMatchObject({ code: 3 });

    const bystander = await registry.connect();
    await bystander.subscribe(eventsOf(device));
    const costOf = async (shown?: TestCertificate): Promise<number> => {
      const before = await cpuSeconds();
      for (let time = 0; time < 3; time++)
        expect(await connack(await handshake(weakest, shown))).toBe(notAuthorized);
      return (await cpuSeconds()) - before;
    };
    // By the measure of this machine: those of anybody.
    expect(await costOf(certificate)).toBeLessThan(100 * (await costOf()));
    await (await device.connect()).publish(eventsOf(device), 'still here');
    expect(String((await bystander.messages.next()).payload)).toBe('still here');
  });
});

/** As if its time had come: the server checks by what it noted when the certificate was added. */
async function expire({ sha256 }: TestCertificate): Promise<void> {
  const database = openDatabase(installation().databaseUrl ?? '', { logger: quiet, poolSize: 1 });
  try {
    const { rowCount } = await database.pool.query(
      `WITH aged AS (UPDATE certificates SET not_after = now() WHERE sha256 = decode($1, 'hex') RETURNING sha256)
       INSERT INTO changes (kind, key) SELECT 'certificate', encode(sha256, 'hex') FROM aged`,
      [sha256],
    );
    expect(rowCount).toBe(1);
  } finally {
    await database.close();
  }
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Processor time of the MQTT process since its start, in seconds. */
async function cpuSeconds(): Promise<number> {
  const metrics = await (await fetch(`${installation().adminUrl}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)/m.exec(metrics)?.[1]);
}

/** Says that it is signed with MD5: only the name of the algorithm is another. Nobody checks the signature. */
async function signedWithMd5(): Promise<TestCertificate> {
  const certificate = await makeCertificate({ key: 'rsa' });
  const [sha256, md5] = ['2a864886f70d01010b', '2a864886f70d010104'];
  const der = Buffer.from(certificate.der.toString('hex').replaceAll(sha256, md5), 'hex');
  const base64 = der.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return { ...certificate, certPem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n` };
}

/** The last of a chain, followed by all that signed it. */
async function makeChain(length: number): Promise<TestCertificate> {
  let last = await makeCertificate({ commonName: 'authority 0', authority: true });
  let chain = last.certPem;
  for (let depth = 1; depth < length; depth++) {
    last = await makeCertificate({ commonName: `authority ${depth}`, authority: true, issuer: last });
    chain = last.certPem + chain;
  }
  return { ...last, certPem: chain };
}
