/** What a client sent before it ended the connection is handled in order, whatever it had to wait for; then its last word holds. */
import { once } from 'node:events';
import {
  connectPacket,
  connectRaw,
  expectSilence,
  type MqttSession,
  packet,
  publishPacket,
  sharedInstallation,
  text,
  webSocketOrigin,
} from '@iotcore/testkit';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { createDevice, createRegistry, reach, type TestClient, transports } from '../support/test-client.ts';

const installation = sharedInstallation({
  beside: sharedInstallation(),
  env: {
    IOT_DEVICE_MESSAGES_PER_SECOND: '2',
    ...{ IOT_WS_PORT: '0', IOT_WSS_PORT: '0', IOT_WS_ALLOWED_ORIGINS: webSocketOrigin },
  },
});
let registry: TestClient;
let device: TestClient;
let listener: MqttSession;

beforeEach(async () => {
  registry = await createRegistry(installation());
  device = await createDevice(installation(), registry);
  listener = await registry.connect();
  await listener.subscribe('$devices/#');
});

const disconnect = 'e000';

describe.each(transports)('a client that says all at once over %s and ends its side', (transport) => {
  test('is heard though its password was still being checked', async () => {
    const client = await connectRaw(reach(installation(), transport));
    const topic = `$devices/${device.id}/events`;
    const all = [
      connectPacket(device.id, device.password, 'hasty'),
      publishPacket(topic, 'heard', 1),
      disconnect,
    ];
    client.socket.end(Buffer.from(all.join(''), 'hex'));
    expect(String((await listener.messages.next()).payload)).toBe('heard');
    await device.logLine(/^disconnected: client disconnected/);
  });

  test('is heard in order though its messages are beyond its rate, and leaves no will', async () => {
    const client = await connectRaw(reach(installation(), transport));
    const topic = `$devices/${device.id}/events`;
    const messages = ['1', '2', '3', '4'].map((payload, n) => publishPacket(topic, payload, n + 1));
    const all = [connectWithWill(device, topic), ...messages, disconnect];
    client.socket.end(Buffer.from(all.join(''), 'hex'));
    const heard = await listener.messages.take(4);
    expect(heard.map(({ payload }) => String(payload))).toEqual(['1', '2', '3', '4']);
    await device.logLine(/^disconnected: client disconnected/);
    const sibling = await createDevice(installation(), registry);
    const sender = await sibling.connect();
    await expectSilence(listener, (marker) => sender.publish(`$devices/${sibling.id}/events`, marker));
  });

  test('leaves its will if it did not say that it disconnects', async () => {
    const client = await connectRaw(reach(installation(), transport));
    const topic = `$devices/${device.id}/events`;
    const all = [connectWithWill(device, topic), publishPacket(topic, 'last words', 1)];
    client.socket.end(Buffer.from(all.join(''), 'hex'));
    const heard = await listener.messages.take(2);
    expect(heard.map(({ payload }) => String(payload))).toEqual(['last words', 'will']);
  });
});

describe.each(['ws', 'wss'] as const)('a client that says all at once over %s and closes', (scheme) => {
  test('before it was authenticated is heard, and leaves no will', async () => {
    const topic = `$devices/${device.id}/events`;
    const all = [connectWithWill(device, topic), publishPacket(topic, 'heard', 1), disconnect];
    const socket = await openWebSocket(scheme);
    socket.send(Buffer.from(all.join(''), 'hex'));
    socket.close();
    expect(String((await listener.messages.next()).payload)).toBe('heard');
    await device.logLine(/^disconnected: client disconnected/);
    const sibling = await createDevice(installation(), registry);
    const sender = await sibling.connect();
    await expectSilence(listener, (marker) => sender.publish(`$devices/${sibling.id}/events`, marker));
  });
});

async function openWebSocket(scheme: 'ws' | 'wss'): Promise<WebSocket> {
  const socket = new WebSocket(installation().webSocketUrl(scheme), ['mqtt'], {
    headers: { origin: webSocketOrigin },
    ca: installation().caPem,
  });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

function connectWithWill({ id, password }: TestClient, topic: string): string {
  const fields = [text('hasty'), text(topic), text('will'), text(id), text(password)];
  return packet('10', `${text('MQTT')}04c6003c${fields.join('')}`);
}
