import { describe, expect, test } from 'vitest';
import { monitoringNamespace, ownMonitoringNamespace } from './reader-groups.ts';
import { routeMonitoring } from './route.ts';

describe('the namespaces of monitoring', () => {
  test('are those that a message of it goes out in', () => {
    const device = { id: 'd1', registryId: 'r1' };
    expect([monitoringNamespace(device.registryId), ownMonitoringNamespace(device.id)]).toEqual(
      routeMonitoring(device).destinations.map(({ namespace }) => namespace),
    );
  });
});
