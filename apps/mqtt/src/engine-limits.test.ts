import { readSettings } from '@iotcore/process';
import { describe, expect, test } from 'vitest';
import { engineLimits } from './engine-limits.ts';

describe('the limits of the engine', () => {
  test('give nobody more than ten seconds for a CONNECT, and no more memory before it than one needs', () => {
    expect(readSettings({}).mqttConnectTimeoutMs).toBeLessThanOrEqual(10_000);
    expect(engineLimits.maxConnectPacketBytes).toBeLessThanOrEqual(65_536);
  });

  test('leave a packet identifier to every message that a session may have on its way or waiting', () => {
    expect(engineLimits.maxInflightMessages + engineLimits.maxQueuedMessages).toBeLessThan(65_535);
  });

  test('are all positive and finite: nothing is unlimited by accident', () => {
    for (const [name, limit] of Object.entries(engineLimits)) {
      expect(limit, name).toBeGreaterThan(0);
      expect(Number.isFinite(limit), name).toBe(true);
    }
  });
});
