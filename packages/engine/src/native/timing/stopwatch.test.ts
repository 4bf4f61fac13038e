import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Stopwatch } from './stopwatch.ts';

function setUp() {
  const times = { nowMs: 0, cpuMs: 0, looks: 0 };
  const stopwatch = new Stopwatch(
    () => times.nowMs,
    () => {
      times.looks++;
      return times.cpuMs;
    },
  );
  return { stopwatch, times };
}

describe('Stopwatch', () => {
  test('goes by the time of the whole process where Node does not tell that of the thread', () => {
    vi.stubGlobal('process', {
      cpuUsage: vi
        .fn()
        .mockReturnValueOnce({ user: 1_000, system: 0 })
        .mockReturnValueOnce({ user: 8_000, system: 2_000 })
        .mockReturnValueOnce({ user: 8_000, system: 3_000 }),
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    let nowMs = 0;
    const stopwatch = new Stopwatch(() => nowMs);
    stopwatch.start(true);
    nowMs += 12;
    expect(stopwatch.hasWorked(10)).toBe(false);
    expect(stopwatch.hasWorked(10)).toBe(true);
  });

  test('counts the work of its own thread, not the time in which others had the processor', () => {
    const { stopwatch, times } = setUp();
    stopwatch.start(true);
    times.nowMs += 12;
    times.cpuMs += 9;
    expect(stopwatch.hasWorked(10)).toBe(false);
    times.cpuMs += 1;
    expect(stopwatch.hasWorked(10)).toBe(true);
  });

  test('goes by the clock where that is far ahead, since a kernel may tell the time of a thread late', () => {
    const { stopwatch, times } = setUp();
    stopwatch.start(true);
    times.nowMs += 13;
    expect(stopwatch.hasWorked(10)).toBe(true);
  });

  test('looks at the work of the thread only when the clock says that the time may be up', () => {
    const { stopwatch, times } = setUp();
    stopwatch.start(true);
    times.nowMs += 9;
    expect(stopwatch.hasWorked(10)).toBe(false);
    expect(times.looks).toBe(1);
  });

  test('goes by the clock where it was not started exactly', () => {
    const { stopwatch, times } = setUp();
    stopwatch.start(false);
    times.nowMs += 10;
    expect(stopwatch.hasWorked(10)).toBe(true);
    expect(times.looks).toBe(0);
  });
});
