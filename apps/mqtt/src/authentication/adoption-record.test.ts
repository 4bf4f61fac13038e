import type { Principal } from '@iotcore/model';
import { expect, test } from 'vitest';
import { adoptionRecord } from './adoption-record.ts';

const at = new Date('2026-06-01T12:00:00Z');
const adopted = (owner: Principal, weakness?: string) =>
  adoptionRecord({ id: 'p1', hash: 'secret hash', address: '192.0.2.7', at, owner, weakness });

test('reads like the record of a call of the API, with what is weak in the password', () => {
  expect(adopted({ kind: 'device', id: 'd1', registryId: 'r1' }, 'too short')).toEqual({
    description: 'Adopt device password',
    eventType: 'devices.AdoptDevicePassword',
    metadata: {
      '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.AdoptDevicePasswordMetadata',
      deviceId: 'd1',
      passwordId: 'p1',
      weakness: 'too short',
    },
    response: {
      '@type': 'type.googleapis.com/yandex.cloud.iot.devices.v1.DevicePassword',
      deviceId: 'd1',
      id: 'p1',
      createdAt: '2026-06-01T12:00:00.000Z',
    },
  });
});

test.each<[Principal, string]>([
  [{ kind: 'registry', id: 'r1' }, 'devices.AdoptRegistryPassword'],
  [{ kind: 'broker', id: 'b1' }, 'broker.AdoptBrokerPassword'],
])('names what %j is, and never the hash', (owner, eventType) => {
  const record = adopted(owner);
  expect(record.eventType).toBe(eventType);
  expect(record.metadata).not.toHaveProperty('weakness');
  expect(JSON.stringify(record)).not.toContain('hash');
});
