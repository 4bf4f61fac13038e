import { describe, expect, test } from 'vitest';
import type { OutgoingMessage } from '../target.ts';
import { cloudEvent, cloudEventHeaders, cloudEvents } from './cloud-events.ts';
import { streamRecord, triggerBody } from './yandex.ts';

const registry = { exportId: 'e', folderId: 'f', registryId: 'r', brokerId: null };
const broker = { exportId: 'e', folderId: 'f', registryId: null, brokerId: 'b' };
const message: OutgoingMessage = {
  position: 7,
  eventId: '0192f0c1-a2b3-7def-8123-456789abcdef',
  receivedAtMs: Date.parse('2019-09-25T15:51:17.872Z'),
  deviceId: 'd',
  topic: '$devices/d/events',
  payload: Buffer.from('Test 4'),
};
const metadata = {
  event_id: message.eventId,
  event_type: 'yandex.cloud.events.iot.IoTMessage',
  created_at: '2019-09-25T15:51:17.872Z',
  folder_id: 'f',
};

describe('what a function of the old service was called with', () => {
  test('names registry, device and topic, and holds the payload in base64', () => {
    expect(JSON.parse(triggerBody(registry, [message]))).toEqual({
      messages: [
        {
          event_metadata: metadata,
          details: { registry_id: 'r', device_id: 'd', mqtt_topic: message.topic, payload: 'VGVzdCA0' },
        },
      ],
    });
  });

  test('of a broker names the broker alone, with the same event type', () => {
    const [only] = JSON.parse(triggerBody(broker, [message])).messages;
    expect(only).toEqual({
      event_metadata: metadata,
      details: { broker_id: 'b', mqtt_topic: message.topic, payload: 'VGVzdCA0' },
    });
  });
});

describe('a record of a data stream', () => {
  test.each([
    ['text as text', Buffer.from('жар'), 'жар', false],
    ['what is no UTF-8 as base64', Buffer.from([0xff, 0]), '/wA=', true],
    ['nothing as nothing', Buffer.alloc(0), '', false],
  ])('holds %s', (_, payload, text, isBase64) => {
    expect(JSON.parse(streamRecord({ ...message, payload }))).toEqual({
      ...{ device_id: 'd', mqtt_topic: message.topic, payload: text, is_base64: isBase64 },
    });
  });
});

describe('a cloud event', () => {
  const attributes = {
    ...{ specversion: '1.0', id: message.eventId, type: 'iotcore.message', source: '/registries/r' },
    ...{ subject: message.topic, time: '2019-09-25T15:51:17.872Z', deviceid: 'd' },
  };

  test('holds a payload that is JSON as it stands, digit by digit', () => {
    const text = cloudEvent(registry, { ...message, payload: Buffer.from('{"n":12345678901234567890.10}') });
    expect(text).toContain('"data":{"n":12345678901234567890.10}}');
    expect(JSON.parse(text)).toMatchObject({ ...attributes, datacontenttype: 'application/json' });
  });

  test('holds any other payload in base64', () => {
    expect(JSON.parse(cloudEvent(registry, message))).toEqual({ ...attributes, data_base64: 'VGVzdCA0' });
  });

  test('of a broker has no device', () => {
    const event = JSON.parse(cloudEvent(broker, { ...message, deviceId: '' }));
    expect([event.source, 'deviceid' in event]).toEqual(['/brokers/b', false]);
  });

  test('comes in a list with others', () => {
    expect(JSON.parse(cloudEvents(registry, [message, message]))).toHaveLength(2);
  });

  test('in headers is printable ASCII, whatever its topic is', () => {
    const headers = cloudEventHeaders(registry, { ...message, topic: 'тема/"a b"/100%' });
    expect(headers['ce-subject']).toBe('%D1%82%D0%B5%D0%BC%D0%B0/%22a%20b%22/100%25');
    expect(Object.keys(headers).every((name) => /^ce-[a-z]+$/.test(name))).toBe(true);
  });
});
