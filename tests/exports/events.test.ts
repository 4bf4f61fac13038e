/** Events of clients reach a webhook: who came, who left, who was refused, and which device fell silent. */
import { type Json, WebhookReceiver } from '@iotcore/testkit';
import { beforeEach, expect, test } from 'vitest';
import { createBroker, createDevice } from '../mqtt/support/test-client.ts';
import { ExportFixture, type ExportHandle, exportingInstallation } from './support/exports.ts';

const installation = exportingInstallation();
let fixture: ExportFixture;
let receiver: WebhookReceiver;

beforeEach(async () => {
  fixture = await ExportFixture.create(installation());
  receiver = await WebhookReceiver.start();
  return () => receiver.close();
});

/** An export to a path of the receiver; gone with the test. */
function exportTo(path: string, source: object): Promise<ExportHandle> {
  return fixture.create({ source, target: { webhook: { url: receiver.url + path } } });
}

/** What arrived at a path: the details of the old service's form, with the payload as text. */
function received(path: string): { topic: string; deviceId: string; payload: string }[] {
  return receiver.requests
    .filter((request) => request.path === `/${path}`)
    .flatMap(({ body }) => JSON.parse(body.toString()).messages)
    .map(({ details }) => ({
      topic: details.mqtt_topic,
      deviceId: details.device_id,
      payload: Buffer.from(details.payload, 'base64').toString(),
    }));
}

const events = (path = 'events'): Json[] => received(path).map(({ payload }) => JSON.parse(payload));

function eventOf(event: string, id: string, path?: string): Json | undefined {
  return events(path).find((one) => one.event === event && Object.values(one).includes(id));
}

/** Events are told from the moment on when the server knows of the export: somebody connects until then. */
async function inForce(handle: ExportHandle, path: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await (await fixture.registry.connect()).end();
        return events(path).length;
      },
      { interval: 50 },
    )
    .toBeGreaterThan(0);
  await handle.drained();
}

test('an export of events hears of the clients of its registry, and neither of another’s nor any message', async () => {
  const { registry, device, topic } = fixture;
  const other = await ExportFixture.create(installation());
  const messages = await exportTo('messages', { registryId: registry.id });
  await fixture.inForce(messages);
  const told = await exportTo('events', { registryId: registry.id, mqttTopicFilter: '$events/#' });
  await inForce(told, 'events');

  expect(await other.device.refusal({ password: 'wrong' })).not.toBe(0);
  await (await other.device.connect()).end();
  expect(await device.refusal({ password: 'wrong', clientId: 'guesser' })).not.toBe(0);
  expect(await device.refusal({ username: 'nobody' })).not.toBe(0);
  const session = await device.connect({ clientId: 'pump-7' });
  await session.publish(topic, 'a reading');
  await receiver.until(() => eventOf('silent', device.id) !== undefined, 'that the device is silent');
  await session.end();
  await receiver.until(() => eventOf('disconnected', device.id) !== undefined, 'that the device left');
  await told.drained();
  await messages.drained();

  const ids = { registryId: registry.id, deviceId: device.id };
  const place = { address: '127.0.0.1', tls: true };
  const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(eventOf('refused', device.id)).toEqual({
    ...{ event: 'refused', at, ...ids, ...place, clientId: 'guesser' },
    reason: 'unknown user name or wrong password',
    rule: expect.stringMatching(/\.$/),
  });
  expect(eventOf('connected', device.id)).toEqual({
    ...{ event: 'connected', at, ...ids, ...place, clientId: 'pump-7' },
  });
  expect(eventOf('silent', device.id)).toEqual({ event: 'silent', at, ...ids, since: at });
  expect(eventOf('disconnected', device.id)).toEqual({
    ...{ event: 'disconnected', at, ...ids, ...place, clientId: 'pump-7', reason: 'client disconnected' },
  });
  expect(events().every(({ registryId }) => registryId === registry.id)).toBe(true);
  expect(JSON.stringify(events())).not.toContain('nobody');
  expect(new Set(received('events').map(({ topic: name }) => name))).toEqual(
    new Set(['connected', 'disconnected', 'refused', 'silent'].map((event) => `$events/${event}`)),
  );
  expect(new Set(received('messages').map(({ topic: name }) => name))).toEqual(new Set([topic]));
});

test('one kind of events, of one device', async () => {
  const { registry, device } = fixture;
  const sibling = await createDevice(installation(), registry);
  const source = { registryId: registry.id, deviceId: device.id, mqttTopicFilter: '$events/connected' };
  const ofDevice = await exportTo('device', source);
  // Made last: a server that knows it knows the other, too.
  const all = await exportTo('all', { registryId: registry.id, mqttTopicFilter: '$events/#' });
  await inForce(all, 'all');
  await (await sibling.connect()).end();
  await (await device.connect()).end();
  await receiver.until(() => eventOf('disconnected', device.id, 'all') !== undefined, 'that the device left');
  await ofDevice.drained();
  expect(received('device')).toEqual([
    { topic: '$events/connected', deviceId: device.id, payload: expect.stringContaining(device.id) },
  ]);
});

test('the clients of a broker have events too', async () => {
  const broker = await createBroker(installation());
  const told = await exportTo('events', { brokerId: broker.id, mqttTopicFilter: '$events/+' });
  await expect
    .poll(
      async () => {
        const session = await broker.connect();
        await session.publish('any/topic', 'a message');
        await session.end();
        return events().length;
      },
      { interval: 50 },
    )
    .toBeGreaterThan(0);
  await told.drained();
  expect(events().every(({ brokerId }) => brokerId === broker.id)).toBe(true);
  expect(eventOf('connected', broker.id)).toMatchObject({ brokerId: broker.id, address: '127.0.0.1' });
});
