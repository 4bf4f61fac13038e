import { expect, test } from 'vitest';
import { ownPorts } from './own-places.ts';
import { readSettings } from './settings/read.ts';

const databaseUrl = 'postgres://localhost:5433/db';

test('the ports of this installation are those of all its processes, and of its database', () => {
  const ports = ownPorts(readSettings({ IOT_MQTT_PROCESSES: '3', IOT_MQTT_ADMIN_PORT: '9500' }), databaseUrl);
  for (const port of [8080, 8883, 1883, 9500, 9501, 9502, 5433]) expect([...ports]).toContain(port);
  expect([...ports]).not.toContain(9503);
});

test('the NATS of a cluster is its own, too', () => {
  const settings = readSettings({ IOT_NATS_SERVERS: 'nats://127.0.0.1:4333,tls://nats.example.com' });
  const ports = ownPorts(settings, databaseUrl);
  for (const port of [4333, 4222]) expect([...ports]).toContain(port);
});

test('a port that is chosen at the start is not known', () => {
  const ports = ownPorts(readSettings({ IOT_MQTT_PROCESSES: '3', IOT_MQTT_ADMIN_PORT: '0' }), databaseUrl);
  for (const port of [0, 1, 2]) expect([...ports]).not.toContain(port);
});
