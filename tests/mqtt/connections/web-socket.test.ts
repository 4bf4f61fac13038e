/** MQTT over WebSocket: the same server, limits and records as over TCP, for people's own pages. */
import { makePassword, sharedInstallation, webSocketOrigin } from '@iotcore/testkit';
import mqtt from 'mqtt';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';

const origin = webSocketOrigin;
const installation = sharedInstallation();
let urls: Record<'ws' | 'wss', string>;
let registryId: string;
let deviceId: string;
const password = makePassword();

beforeAll(async () => {
  const { api } = installation();
  urls = { ws: installation().webSocketUrl('ws'), wss: installation().webSocketUrl('wss') };
  registryId = (await api.createRegistry()).id;
  deviceId = (await api.createDevice(registryId)).id;
  await api.addPassword({ registryId }, password);
  await api.addPassword({ deviceId }, password);
});

type Scheme = 'ws' | 'wss';
const schemes: Scheme[] = ['ws', 'wss'];

async function connect(scheme: Scheme, username: string, options: mqtt.IClientOptions = {}) {
  const client = await mqtt.connectAsync(urls[scheme], {
    ...{ username, password, protocolVersion: 4, reconnectPeriod: 0 },
    ca: installation().caPem,
    ...options,
  });
  onTestFinished(() => client.endAsync());
  return client;
}

const headers = { origin };

interface RawOptions extends WebSocket.ClientOptions {
  readonly protocols?: string[];
  readonly path?: string;
}

function raw({ protocols = ['mqtt'], path = '', ...options }: RawOptions = {}): WebSocket {
  const socket = new WebSocket(urls.ws + path, protocols, options);
  // One that is refused was never open: to end it is an error.
  socket.on('error', () => {});
  onTestFinished(() => socket.terminate());
  return socket;
}

/** The status of what is answered instead of an upgrade. */
const statusOf = (socket: WebSocket) =>
  new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.once('open', () => reject(new Error('it was upgraded')));
  });
const opened = (socket: WebSocket) => new Promise((resolve) => socket.once('open', resolve));
const message = (socket: WebSocket) =>
  new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(data as Buffer)));
const closed = (socket: WebSocket) => new Promise((resolve) => socket.once('close', resolve));

/** A CONNECT without user name, of a level of the protocol. */
function connectPacket(name: string, level: number): Buffer {
  const body = Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([level, 2, 0, 60, 0, 1, 0x63]),
  ]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

describe('a WebSocket', () => {
  test.each([
    ['of a page of another origin', { headers: { origin: 'https://evil.example' } }, 403],
    ['with another path', { path: '/other' }, 404],
    ['without the subprotocol', { protocols: [] }, 400],
    ['with another subprotocol', { protocols: ['chat'] }, 400],
  ])('%s is refused', async (_, options, status) => {
    expect(await statusOf(raw(options))).toBe(status);
  });

  test('that was none, but a request of HTTP, is told so', async () => {
    const answer = await fetch(urls.ws.replace('ws:', 'http:'));
    expect(answer.status).toBe(426);
  });

  test('of MQTT 3.1 is answered with CONNACK 1', async () => {
    const socket = raw({ protocols: ['mqttv3.1'], headers });
    await opened(socket);
    expect(socket.protocol).toBe('mqttv3.1');
    socket.send(connectPacket('MQIsdp', 3));
    expect(await message(socket)).toEqual(Buffer.from([0x20, 2, 0, 1]));
    await closed(socket);
  });

  test('that sends text is closed, and nothing of it is read', async () => {
    const socket = raw({ headers });
    await opened(socket);
    socket.send(connectPacket('MQTT', 4).toString('latin1'));
    await closed(socket);
  });

  test('with a wrong password is refused with CONNACK 4, and recorded', async () => {
    await expect(connect('ws', deviceId, { password: 'wrong' })).rejects.toMatchObject({ code: 4 });
    await expect
      .poll(async () => {
        const query = new URLSearchParams({ claimedId: deviceId });
        return (await installation().api.must('GET', `/ext/v1/refusedClients?${query}`)).refusedClients;
      })
      .toMatchObject([{ reason: 'unknown user name or wrong password', address: '127.0.0.1' }]);
  });

  test('whose origin is refused is recorded with it', async () => {
    await statusOf(raw({ headers: { origin: 'https://other.example' } }));
    await expect
      .poll(async () => {
        const query = new URLSearchParams({ reason: 'origin not allowed' });
        return (await installation().api.must('GET', `/ext/v1/refusedClients?${query}`)).refusedClients;
      })
      .toContainEqual(expect.objectContaining({ detail: 'https://other.example', rule: expect.any(String) }));
  });
});

test('packets may lie across the messages of a WebSocket as they like', async () => {
  const socket = raw({ headers });
  await opened(socket);
  const id = Buffer.from(deviceId);
  const secret = Buffer.from(password);
  const text = (bytes: Buffer) => Buffer.concat([Buffer.from([0, bytes.length]), bytes]);
  const body = Buffer.concat([
    Buffer.from([0, 4]),
    Buffer.from('MQTT'),
    Buffer.from([4, 0xc2, 0, 60]),
    ...[Buffer.from('c'), id, secret].map(text),
  ]);
  const packets = Buffer.concat([Buffer.from([0x10, body.length]), body, Buffer.from([0xc0, 0])]);
  const answers: Buffer[] = [];
  socket.on('message', (data) => answers.push(data as Buffer));
  for (const byte of packets) socket.send(Buffer.from([byte]));
  await expect.poll(() => Buffer.concat(answers)).toEqual(Buffer.from([0x20, 2, 0, 0, 0xd0, 0]));
});

describe.each(schemes)('a client over %s', (scheme) => {
  test('exchanges messages with one over TCP, large ones too, and hears nothing of others', async () => {
    const { overTcp } = installation();
    const registry = await mqtt.connectAsync(`mqtt://127.0.0.1:${overTcp.port}`, {
      ...{ username: registryId, password, protocolVersion: 4 },
    });
    onTestFinished(() => registry.endAsync());
    const device = await connect(scheme, deviceId);
    const heard: string[] = [];
    device.on('message', (topic, payload) => heard.push(`${topic} ${payload.length}`));
    const answers: string[] = [];
    registry.on('message', (topic, payload) => answers.push(`${topic} ${payload.length}`));
    await device.subscribeAsync('$me/device/commands', { qos: 1 });
    await registry.subscribeAsync(`$devices/${deviceId}/events`, { qos: 1 });
    for (const bytes of [0, 1, 100_000, 262_144]) {
      await registry.publishAsync(`$devices/${deviceId}/commands`, Buffer.alloc(bytes), { qos: 1 });
      await device.publishAsync(`$devices/${deviceId}/events`, Buffer.alloc(bytes), { qos: 1 });
    }
    const sizes = [0, 1, 100_000, 262_144];
    await expect.poll(() => heard).toEqual(sizes.map((bytes) => `$me/device/commands ${bytes}`));
    await expect.poll(() => answers).toEqual(sizes.map((bytes) => `$devices/${deviceId}/events ${bytes}`));
  });

  test('is ended when its password is deleted', async () => {
    const { api } = installation();
    const { id } = await api.createDevice(registryId);
    const { id: passwordId } = await api.addPassword({ deviceId: id }, password);
    const client = await connect(scheme, id);
    const over = new Promise((resolve) => client.once('close', () => resolve(undefined)));
    await api.must('DELETE', `/iot-devices/v1/devices/${id}/passwords/${passwordId}`);
    await over;
  });
});
