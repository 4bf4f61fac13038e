import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Tick } from './tick.ts';

/** Time that passes when a packet is handled, and in no other way. */
const clock = { nowMs: 10_000 };

beforeEach(() => {
  vi.spyOn(performance, 'now').mockImplementation(() => clock.nowMs);
  vi.spyOn(process, 'threadCpuUsage').mockImplementation(() => ({ user: 1_000 * clock.nowMs, system: 0 }));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const yieldToEventLoop = () => new Promise((resolve) => setImmediate(resolve));

/** Milliseconds of packets that a tick handles, at 0.1 ms each, before it says that the rest is for the next. */
function handled(tick: Tick): number {
  const begun = clock.nowMs;
  while (!tick.packetHandled()) clock.nowMs += 0.1;
  return clock.nowMs - begun;
}

describe('a tick', () => {
  test('is long while only clients that flood have anything to say, and short for a while after somebody else has', async () => {
    const tick = new Tick();
    expect(handled(tick)).toBeCloseTo(60, -1);
    await yieldToEventLoop();
    tick.somebodyWaits();
    for (let n = 0; n < 5; n++) {
      expect(handled(tick)).toBeLessThan(20);
      await yieldToEventLoop();
    }
    clock.nowMs += 100;
    await yieldToEventLoop();
    expect(handled(tick)).toBeCloseTo(60, -1);
  });

  test('looks at the clock sooner after a packet that took as long as many', async () => {
    const tick = new Tick();
    tick.somebodyWaits();
    let packets = 0;
    for (; !tick.packetHandled(); packets++) {
      clock.nowMs += 5;
      tick.worked(32);
    }
    expect(packets).toBeLessThan(5);
  });
});
