/** Every client that is refused can be found: by who it says it is, where it comes from, and why, over the API and `iotcore`. */
import { once } from 'node:events';
import { connect as openTls } from 'node:tls';
import {
  connectPacket,
  connectRaw,
  eventually,
  listen,
  makeCertificate,
  packet,
  refusalOf,
  sharedInstallation,
  text,
} from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { envOf, iotcore } from '../../cli/support/iotcore.ts';
import { byCertificate, createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

interface RefusedClient {
  readonly claimedId?: string;
  readonly certificateFingerprint?: string;
  readonly resourceKind?: string;
  readonly folderId?: string;
  readonly address: string;
  readonly clientId?: string;
  readonly tls: boolean;
  readonly reason: string;
  readonly rule: string;
  readonly detail?: string;
  readonly count: number;
}

const installation = sharedInstallation();
let device: TestClient;
beforeAll(async () => {
  device = await createDevice(installation(), await createRegistry(installation()));
});

async function list(query: Record<string, string>): Promise<readonly RefusedClient[]> {
  const search = new URLSearchParams(query);
  return (await installation().api.must('GET', `/ext/v1/refusedClients?${search}`)).refusedClients;
}

/** Each test comes from an address of its own. */
let lastAddress = 10;
const ownAddress = () => `127.0.18.${lastAddress++}`;

const comingFrom = (localAddress: string) => ({
  ...installation().overTls,
  more: { localAddress } as object,
});

/** The one entry of this address, once it is there. */
async function only(address: string): Promise<RefusedClient> {
  const found = await eventually(`an entry of ${address}`, async () => {
    const entries = await list({ address });
    return entries.length > 0 ? entries : undefined;
  });
  expect(found).toHaveLength(1);
  return found[0] as RefusedClient;
}

const tlsHello = Buffer.from('16030100c8010000c40303', 'hex');
const http = Buffer.from('GET / HTTP/1.1\r\n\r\n');
const proxyHeader = Buffer.from('PROXY TCP4 192.0.2.77 198.51.100.1 56324 8883\r\n');
/** A CONNECT of another version than 3.1.1, with client ID and user name. */
const versions = {
  'MQTT 3.1': (id: string) =>
    packet('10', `${text('MQIsdp')}03c2003c${text('old')}${text(id)}${text('secret')}`),
  'MQTT 5': (id: string) =>
    packet('10', `${text('MQTT')}05c2003c00${text('new')}${text(id)}${text('secret')}`),
};

/** What a client that does not know the authority answers to a certificate, in TLS 1.2: unknown_ca. */
const alertUnknownAuthority = Buffer.from('15030300020230', 'hex');

/** The first bytes of a client of TLS 1.2. */
async function clientHello(): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const port = await listen((socket) => socket.once('data', resolve));
  const client = openTls({ port, host: '127.0.0.1', maxVersion: 'TLSv1.2' }).on('error', () => {});
  return promise.finally(() => client.destroy());
}

describe('a client that is refused', () => {
  test.each([
    ['TLS', 'mqttPort', tlsHello, 'TLS instead of MQTT'],
    ['HTTP', 'mqttPort', http, 'HTTP instead of MQTT'],
    ['a PROXY header', 'mqttPort', proxyHeader, 'unexpected PROXY header'],
    ['HTTP', 'mqttsPort', http, 'HTTP instead of MQTT'],
    ['a PROXY header', 'mqttsPort', proxyHeader, 'unexpected PROXY header'],
    ['something else', 'mqttsPort', Buffer.from('hello'), 'no TLS on the TLS port'],
  ] as const)('for %s on the %s is listed with its address', async (_what, port, bytes, reason) => {
    const address = ownAddress();
    for (let times = 0; times < 2; times++) {
      const stranger = await connectRaw({ port: installation()[port], localAddress: address });
      stranger.send(bytes);
      await stranger.expectClose();
    }
    await eventually('both', async () => (await list({ address }))[0]?.count === 2);
    expect(await only(address)).toMatchObject({ reason, tls: port === 'mqttsPort', count: 2 });
    expect(JSON.stringify(await list({ address }))).not.toContain('192.0.2.77');
  });

  test.each([
    ['MQTT 3.1', 'MQTT 3.1 instead of 3.1.1', 'old'],
    ['MQTT 5', 'MQTT 5 instead of 3.1.1', 'new'],
  ] as const)(
    'for speaking %s is listed with the device that it claims to be',
    async (version, reason, clientId) => {
      const address = ownAddress();
      const client = await connectRaw({ ...installation().overTcp, localAddress: address });
      client.send(versions[version](device.id));
      await client.expectBytes('20020001');
      const found = await only(address);
      expect(found).toMatchObject({
        claimedId: device.id,
        clientId,
        reason,
        resourceKind: 'DEVICE',
        tls: false,
      });
      expect(found.rule).toContain('3.1.1');
      expect(JSON.stringify(found)).not.toContain('secret');
    },
  );

  test('for MQTT without TLS on the TLS port is listed with the device that it claims to be', async () => {
    const address = ownAddress();
    const client = await connectRaw({ port: installation().mqttsPort, localAddress: address });
    client.send(connectPacket(device.id, device.password, 'lost'));
    await client.expectClose();
    const found = await only(address);
    expect(found).toMatchObject({ claimedId: device.id, clientId: 'lost', tls: true });
    expect(found.reason).toBe('MQTT without TLS on the TLS port');
    expect(JSON.stringify(found)).not.toContain(device.password);
  });

  test('since it does not trust our authority is listed, and so is one that hangs up in the handshake', async () => {
    const [distrustful, fleeting] = [ownAddress(), ownAddress()];
    const hello = await clientHello();
    const device = await connectRaw({ port: installation().mqttsPort, localAddress: distrustful });
    device.send(hello);
    await device.read(1);
    device.send(alertUnknownAuthority);
    const fleeing = await connectRaw({ port: installation().mqttsPort, localAddress: fleeting });
    fleeing.send(hello);
    await fleeing.read(1);
    fleeing.socket.resetAndDestroy();
    const found = await only(distrustful);
    expect(found).toMatchObject({ reason: 'client does not trust the server certificate', tls: true });
    expect(found.rule).toContain('ca.crt');
    expect((await only(fleeting)).reason).toBe('client ended the TLS handshake');
  });

  test('for an unknown ID or certificate belongs to no folder; one that names a device, to that of the device', async () => {
    const unknown = await makeCertificate();
    const address = ownAddress();
    const from = comingFrom(address);
    expect(await refusalOf({ ...from, username: 'arexxxxxxxxxxxxxxx18', password: 'Wrong-Password-1' })).toBe(
      4,
    );
    expect(await refusalOf({ ...from, ...byCertificate(unknown) })).toBe(5);
    expect(await refusalOf({ ...from, username: device.id, password: 'Wrong-Password-1' })).toBe(4);
    const entries = await eventually('three entries', async () => {
      const found = await list({ address });
      return found.length === 3 ? found : undefined;
    });
    const by = (test: (entry: RefusedClient) => boolean) => entries.find(test);
    const byId = by(({ claimedId }) => claimedId === 'arexxxxxxxxxxxxxxx18');
    expect(byId?.reason).toBe('unknown user name or wrong password');
    expect(byId?.folderId).toBeUndefined();
    const byCert = by(({ certificateFingerprint }) => certificateFingerprint !== undefined);
    expect(byCert).toMatchObject({ reason: 'unknown certificate', tls: true });
    expect(byCert?.claimedId).toBeUndefined();
    const known = by(({ claimedId }) => claimedId === device.id);
    expect(known).toMatchObject({ resourceKind: 'DEVICE' });
    // Whoever sees that folder alone sees that one alone.
    const ofFolder = await list({ folderId: known?.folderId ?? '', address });
    expect(ofFolder.map(({ claimedId }) => claimedId)).toEqual([device.id]);
    const unknowns = await list({ filter: 'UNKNOWN', address });
    expect(unknowns).toHaveLength(2);
    // Once it is there, it knocks no more.
    await device.addCertificate(unknown);
    expect(await list({ filter: 'UNKNOWN', address })).toHaveLength(1);
  });

  test('whose session ends for a topic that is not its own is listed, with the topic; and a refused filter', async () => {
    const address = ownAddress();
    const session = await device.connect(comingFrom(address));
    await expect(session.publish('old/alias/state', 'x')).rejects.toThrow();
    const found = await only(address);
    expect(found).toMatchObject({ claimedId: device.id, reason: 'publish not allowed' });
    expect(found.detail).toContain('old/alias/state');
    const other = ownAddress();
    const second = await device.connect(comingFrom(other));
    await second.subscribe('somebody/else/#').catch(() => {});
    expect(await only(other)).toMatchObject({
      reason: 'subscription not allowed',
      detail: 'somebody/else/#',
    });
  });

  test('is found by the operator with one command, and strangers by another', async () => {
    const address = ownAddress();
    const from = comingFrom(address);
    await refusalOf({ ...from, username: 'arexxxxxxxxxxxxxxx19', password: 'Wrong-Password-1' });
    await only(address);
    const options = { env: envOf(installation()) };
    const found = await iotcore(['refused', 'list', '--address', address], options);
    expect(found.status, found.stderr).toBe(0);
    expect(found.stdout).toContain('arexxxxxxxxxxxxxxx19');
    expect(found.stdout).toContain('must be the ID of a registry, device or broker');
    const ofRange = await iotcore(['refused', 'list', '--address', '127.0.0.0/8'], options);
    expect(ofRange.status, 'a range is refused, and not said to hold nobody').toBe(2);
    expect(ofRange.stderr).toContain('One address');
    const knocking = await iotcore(['migrate', 'status', '--knocking', '--format', 'json'], options);
    expect(JSON.parse(knocking.stdout)).toContainEqual(
      expect.objectContaining({ claimed_id: 'arexxxxxxxxxxxxxxx19' }),
    );
    const alone = await iotcore(['migrate', 'status', '--export', '.'], options);
    expect(alone.status).toBe(2);
  });
});

test('a peer that leaves without a word is no refused client: neither on either port, nor after a handshake', async () => {
  const [silent, polite, marker] = [ownAddress(), ownAddress(), ownAddress()];
  for (const port of [installation().mqttPort, installation().mqttsPort]) {
    const probe = await connectRaw({ port, localAddress: silent });
    probe.close();
  }
  const afterHandshake = await connectRaw({ ...installation().overTls, localAddress: polite });
  // A reset that overtakes what it sent would leave the handshake unfinished.
  const ended = once(afterHandshake.socket, 'close');
  afterHandshake.socket.end();
  await ended;
  const stranger = await connectRaw({ port: installation().mqttPort, localAddress: marker });
  stranger.send(http);
  await only(marker);
  expect([...(await list({ address: silent })), ...(await list({ address: polite }))]).toEqual([]);
});
