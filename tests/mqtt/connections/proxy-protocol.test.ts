/** The PROXY protocol in front of MQTT: whose word is taken for a client's address, and whose is not. */
import { connect as openSocket } from 'node:net';
import { connect as openTls } from 'node:tls';
import {
  connectRaw,
  eventually,
  makeExpiredCertificate,
  packet,
  type RawClient,
  sharedInstallation,
  text,
} from '@iotcore/testkit';
import { describe, expect, test } from 'vitest';
import { createDevice, createRegistry, type TestClient } from '../support/test-client.ts';

const line = 'PROXY TCP4 192.0.2.77 198.51.100.1 56324 8883\r\n';
const binary = Buffer.from('0d0a0d0a000d0a515549540a2111000cc000024dc6336401dc0422b3', 'hex');

const connectPacket = (client: TestClient) =>
  packet('10', `${text('MQTT')}04c2003c${text('proxied')}${text(client.id)}${text(client.password)}`);
const connack = '20020000';
const ping = 'c000';
const pong = 'd000';

describe('where no proxy is configured', () => {
  const installation = sharedInstallation();

  test.each([
    ['version 1', Buffer.from(line)],
    ['version 2', binary],
  ])(
    'a header of %s closes the connection, over TCP and TLS, and its address is believed by nobody',
    async (_v, header) => {
      const device = await createDevice(installation(), await createRegistry(installation()));
      const bystander = await device.connect();
      const plain = await connectRaw(installation().overTcp);
      plain.send(Buffer.concat([header, Buffer.from(connectPacket(device), 'hex')]));
      await plain.expectClose();
      // In front of the handshake, and inside.
      const outside = await connectRaw({ port: installation().mqttsPort });
      outside.send(header);
      expect((await outside.read(1000)).subarray(0, 1).toString('hex')).toMatch(/^(15)?$/);
      const inside = await connectRaw(installation().overTls);
      inside.send(Buffer.concat([header, Buffer.from(connectPacket(device), 'hex')]));
      await inside.expectClose();
      await bystander.publish(`$devices/${device.id}/events`, 'still served');
      expect((await device.log()).join('\n')).not.toMatch(/proxied|192\.0\.2\.77/);
      expect(installation().logs()).not.toContain('192.0.2.77');
    },
  );
});

describe('from a configured proxy', () => {
  const installation = sharedInstallation({
    beside: sharedInstallation(),
    withoutBystanders: 'it would have to come through a proxy; the tests have one of their own that does',
    env: {
      IOT_MQTT_PROXY_PROTOCOL_FROM: '10.0.0.0/8, 127.0.0.0/8',
      IOT_MQTT_MAX_CONNECTIONS_PER_ADDRESS: '1',
      IOT_MQTT_PROXY_CERTIFICATE_FIELD: '0xE0',
    },
  });
  const metric = async (pattern: RegExp) => {
    const metrics = await (await fetch(`${installation().adminUrl}/metrics`)).text();
    return pattern.test(metrics);
  };

  test.each([
    ['no header', ''],
    ['a header after the CONNECT', line],
  ])('a connection with %s is closed, over TCP and TLS', async (_what, later) => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const bystander = await connectRaw(installation().overTcp);
    bystander.send(Buffer.concat([Buffer.from(line), Buffer.from(connectPacket(device), 'hex')]));
    await bystander.expectBytes(connack);
    const plain = await connectRaw(installation().overTcp);
    plain.send(Buffer.concat([Buffer.from(connectPacket(device), 'hex'), Buffer.from(later)]));
    await plain.expectClose();
    await expect(device.connect()).rejects.toThrow();
    bystander.send(ping);
    await bystander.expectBytes(pong);
    expect((await device.log()).filter((entry) => !entry.includes('192.0.2.77'))).toEqual([]);
    await eventually('a count', () => metric(/proxy_headers_refused_total\{reason="malformed"\} [2-9]/));
  });

  test.each([
    ['version 1', Buffer.from(line)],
    ['version 2', binary],
  ])(
    "the address in a header of %s is the client's: in its log and against the limit",
    async (_v, header) => {
      const device = await createDevice(installation(), await createRegistry(installation()));
      const open = async (start: Buffer): Promise<RawClient> => {
        const raw = await connectRaw(installation().overTcp);
        raw.send(Buffer.concat([start, Buffer.from(connectPacket(device), 'hex')]));
        return raw;
      };
      const first = await open(header);
      await first.expectBytes(connack);
      await device.logLine(/^connected, password: .*address: "192\.0\.2\.77:56324", clientID: "proxied"$/);
      await (await open(header)).expectClose();
      const neighbour = await open(
        Buffer.from(
          line.replace('192.0.2.77', '2001:db8::7').replace('TCP4', 'TCP6').replace('198.51.100.1', '::1'),
        ),
      );
      await neighbour.expectBytes(connack);
      await first.expectClose(); // taken over by the neighbour, which has its client ID: its place is free again
      await eventually('the place to be free', async () => {
        const again = await open(header);
        return (await again.read(4)).toString('hex') === connack;
      });
      expect(await metric(/connections_turned_away_total\{limit="connections of the address"\} [1-9]/)).toBe(
        true,
      );
    },
  );

  test('TLS begins after the header, with the certificate of the client itself', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const certificate = await device.addCertificate();
    // A header that claims a verified certificate of somebody else (PP2_TYPE_SSL with a common name).
    const claims = Buffer.from('0d0a0d0a000d0a515549540a2111001cc000024ec6336401dc0422b3', 'hex');
    const fields = Buffer.from('20000d0700000000220005', 'hex');
    const header = Buffer.concat([claims, fields, Buffer.from('admin')]);
    for (const [cert, code] of [
      [undefined, '05'],
      [certificate, '00'],
    ] as const) {
      const raw = openSocket(installation().mqttsPort, '127.0.0.1');
      raw.write(header);
      const secure = openTls({
        socket: raw,
        ca: installation().caPem,
        servername: 'localhost',
        ...(cert && { cert: cert.certPem, key: cert.keyPem }),
      });
      const answer = new Promise<Buffer>((resolve) => secure.once('data', resolve));
      secure.on('error', () => {});
      secure.write(Buffer.from(packet('10', `${text('MQTT')}0402003c${text('by-certificate')}`), 'hex'));
      expect((await answer).toString('hex')).toBe(`2002000${code.slice(1)}`);
      raw.destroy();
    }
    await device.logLine(/^connected, cert: .*address: "192\.0\.2\.78:56324", clientID: "by-certificate"$/);
  });

  test('its own probes are answered under its own address', async () => {
    const device = await createDevice(installation(), await createRegistry(installation()));
    const probe = await connectRaw(installation().overTcp);
    probe.send(`0d0a0d0a000d0a515549540a20000000${connectPacket(device)}${ping}`);
    await probe.expectBytes(connack + pong);
    await device.logLine(/^connected, .*address: "127\.0\.0\.1:\d+"/);
  });

  describe('that ends TLS', () => {
    const connectByCertificate = packet('10', `${text('MQTT')}0402003c${text('at-proxy')}`);
    /** A header that names a certificate by its SHA-256, with a last part of the client's address. */
    const naming = (sha256: string, last: number) => {
      const address = `c00002${last.toString(16).padStart(2, '0')}c6336401dc0422b3`;
      return `0d0a0d0a000d0a515549540a2111002f${address}e00020${sha256}`;
    };
    const connect = async (sha256: string, last: number): Promise<RawClient> => {
      const raw = await connectRaw(installation().overTcp);
      raw.send(naming(sha256, last) + connectByCertificate);
      return raw;
    };

    test('a certificate that nobody has, or that is expired, lets nobody in', async () => {
      const device = await createDevice(installation(), await createRegistry(installation()));
      const expired = await device.addCertificate(await makeExpiredCertificate());
      await (await connect('00'.repeat(32), 80)).expectBytes('20020005');
      await (await connect(expired.sha256, 81)).expectBytes('20020005');
      await device.logLine(/^connection refused: certificate expired/);
    });

    test('the certificate that it names logs in like the certificate itself, until it is deleted', async () => {
      const device = await createDevice(installation(), await createRegistry(installation()));
      const certificate = await device.addCertificate();
      const session = await connect(certificate.sha256, 82);
      await session.expectBytes(connack);
      await device.logLine(/^connected, cert: .*address: "192\.0\.2\.82:56324", clientID: "at-proxy"$/);
      await installation().api.must(
        'DELETE',
        `/iot-devices/v1/devices/${device.id}/certificates/${certificate.sha1}`,
      );
      await session.expectClose();
      await device.logLine(/^disconnected: certificate deleted$/);
      await (await connect(certificate.sha256, 82)).expectBytes('20020005');
    });

    test('counts for nothing inside TLS, where the client has a handshake of its own', async () => {
      const device = await createDevice(installation(), await createRegistry(installation()));
      const certificate = await device.addCertificate();
      const raw = openSocket(installation().mqttsPort, '127.0.0.1');
      raw.write(Buffer.from(naming(certificate.sha256, 83), 'hex'));
      const secure = openTls({ socket: raw, ca: installation().caPem, servername: 'localhost' });
      const answer = new Promise<Buffer>((resolve) => secure.once('data', resolve));
      secure.on('error', () => {});
      secure.write(Buffer.from(connectByCertificate, 'hex'));
      expect((await answer).toString('hex')).toBe('20020005');
      raw.destroy();
      expect((await device.log()).join('\n')).not.toContain('192.0.2.83');
    });
  });
});
