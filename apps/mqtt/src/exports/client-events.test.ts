import type { ClientEvent, Principal } from '@iotcore/model';
import { expect, test } from 'vitest';
import { type ClientEventsParts, createEventTeller } from './client-events.ts';

const pump: Principal = { kind: 'device', id: 'pump', registryId: 'r' };
const valve: Principal = { kind: 'device', id: 'valve', registryId: 'r' };

/** What is told, and how often something was dropped; each event is for two exports. */
function setUp() {
  const told: { event: ClientEvent; deviceId: string; clientId?: string; detail?: string }[] = [];
  const dropped: string[] = [];
  const clock = { nowMs: 0 };
  const parts: ClientEventsParts = {
    tapsOf: () => ['a', 'b'].map((log) => ({ log, topic: 't' })),
    recorder: {
      record: (_deviceId, _taps, payload) => void told.push(JSON.parse(payload.toString())),
      drop: (exportId) => void dropped.push(exportId),
    },
    now: () => new Date(),
  };
  const tell = createEventTeller(parts, () => clock.nowMs);
  return { ...{ clock, dropped, tell, told } };
}

test('of one client 20 refusals in a row are told, then one a second; the others are counted', () => {
  const { clock, dropped, tell, told } = setUp();
  for (let n = 0; n < 25; n += 1) tell('refused', pump, {});
  expect(told).toHaveLength(20);
  expect(dropped).toEqual(['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b', 'a', 'b']);
  tell('refused', valve, {});
  tell('connected', pump, {});
  expect(told.slice(20).map(({ event, deviceId }) => [event, deviceId])).toEqual([
    ['refused', 'valve'],
    ['connected', 'pump'],
  ]);
  clock.nowMs = 1000;
  tell('refused', pump, {});
  tell('refused', pump, {});
  expect(told).toHaveLength(23);
  expect(dropped).toHaveLength(12);
});

test('what a client wrote is cut after 512 characters', () => {
  const { tell, told } = setUp();
  tell('refused', pump, { clientId: 'c'.repeat(513), detail: 'd'.repeat(10_000) });
  const [{ clientId = '', detail = '' } = {}] = told;
  expect([clientId.length, detail.length]).toEqual([512, 512]);
});
