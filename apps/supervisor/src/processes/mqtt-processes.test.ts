import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { adminPorts, countProcesses } from './mqtt-processes.ts';

test('there are as many processes as are asked for; automatically one less than cores, and one at least', () => {
  expect(countProcesses({ mqttProcesses: 3 }, 'linux')).toBe(3);
  expect(countProcesses({ mqttProcesses: 'auto' }, 'linux')).toBe(Math.max(1, availableParallelism() - 1));
});

test('more than one are refused where processes cannot share a port', () => {
  expect(countProcesses({ mqttProcesses: 1 }, 'darwin')).toBe(1);
  expect(() => countProcesses({ mqttProcesses: 2 }, 'darwin')).toThrow(/IOT_MQTT_PROCESSES: only Linux/);
});

test('each process has an admin port of its own, or any', () => {
  expect(adminPorts({ mqttAdminPort: 9464 }, 3)).toEqual([9464, 9465, 9466]);
  expect(adminPorts({ mqttAdminPort: 0 }, 2)).toEqual([0, 0]);
  expect(() => adminPorts({ mqttAdminPort: 65_535 }, 2)).toThrow(/IOT_MQTT_ADMIN_PORT: 2 MQTT processes/);
});
