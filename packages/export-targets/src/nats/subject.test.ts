import { expect, test } from 'vitest';
import { subjectOf } from './subject.ts';

const registry = { exportId: 'e', folderId: 'f', registryId: 'r', brokerId: null };
const broker = { exportId: 'e', folderId: 'f', registryId: null, brokerId: 'b' };

test.each([
  [registry, 'd', '$devices/d/events/a/b', 'iot.r.d.events.a.b'],
  [registry, 'd', 'devices/d/state', 'iot.r.d.state'],
  [registry, '', '$registries/r/commands', 'iot.r._.commands'],
  [registry, 'd', 'hall/7/temperature', 'iot.r.d.hall.7.temperature'],
  [registry, 'd', '$devices/d/events/a.b/*/>', 'iot.r.d.events.a%2Eb.%2A.%3E'],
  [registry, 'd', '$devices/d/events//x y', 'iot.r.d.events.%.x%20y'],
  [broker, '', 'devices/d/events', 'iot.b._.devices.d.events'],
])('a message of %j by %j on %s has the subject %s', (identity, deviceId, topic, subject) => {
  expect(subjectOf('iot', identity, { deviceId, topic })).toBe(subject);
});
