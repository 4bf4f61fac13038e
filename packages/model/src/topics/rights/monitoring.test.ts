import { describe, expect, it } from 'vitest';
import { ownMonitoringSpace, watchersSpace } from './audience.ts';
import { routeMonitoring } from './route.ts';

describe('the spaces of monitoring', () => {
  it('are those that a message of it goes out in', () => {
    const device = { id: 'd1', registryId: 'r1' };
    expect([watchersSpace(device.registryId), ownMonitoringSpace(device.id)]).toEqual(
      routeMonitoring(device).destinations.map(({ space }) => space),
    );
  });
});
