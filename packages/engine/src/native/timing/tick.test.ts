import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pacer } from './pacer.ts';
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

/** Output that takes so long to write, and how often it was. */
function output(ms = 0) {
  const one = {
    flushes: 0,
    flush() {
      clock.nowMs += ms;
      one.flushes++;
    },
  };
  return one;
}

/** A tick that is too short for what a client sends, after one that was: others are told apart from it. */
async function flooded(): Promise<Tick> {
  const tick = new Tick();
  handled(tick);
  await yieldToEventLoop();
  return tick;
}

describe('a tick', () => {
  test('handles packets for some milliseconds, and leaves the rest to the next', async () => {
    const tick = new Tick();
    for (let n = 0; n < 5; n++) {
      const ms = handled(tick);
      expect(ms).toBeGreaterThan(5);
      expect(ms).toBeLessThan(20);
      await yieldToEventLoop();
    }
  });

  test('looks at the clock sooner after a packet that took as long as many', async () => {
    const tick = new Tick();
    let packets = 0;
    for (; !tick.packetHandled(); packets++) {
      clock.nowMs += 5;
      tick.worked(32);
    }
    expect(packets).toBeLessThan(5);
  });

  test('writes what was sent in it, each output once', async () => {
    const tick = new Tick();
    const one = output();
    tick.flushLater(one);
    expect(one.flushes).toBe(0);
    await yieldToEventLoop();
    await yieldToEventLoop();
    expect(one.flushes).toBe(1);
  });
});

describe('a flood', () => {
  test('is written after several ticks, or when there is no more of it', async () => {
    const tick = await flooded();
    const one = output();
    let ticks = 0;
    for (tick.handles(true), tick.flushLater(one); one.flushes === 0; ticks++) {
      handled(tick);
      await yieldToEventLoop();
    }
    expect(ticks).toBeGreaterThan(4);
    expect(ticks).toBeLessThan(12);

    const last = output();
    tick.handles(true);
    tick.flushLater(last);
    await yieldToEventLoop();
    expect(last.flushes).toBe(1);
  });

  test('holds up no answer to anybody else', async () => {
    const tick = await flooded();
    const [flood, answer] = [output(), output()];
    tick.handles(true);
    expect(tick.isUrgent).toBe(false);
    tick.flushLater(flood);
    tick.handles(false);
    expect(tick.isUrgent).toBe(true);
    tick.flushLater(answer);
    handled(tick);
    await yieldToEventLoop();
    expect([flood.flushes, answer.flushes]).toEqual([0, 1]);
  });

  test('leaves answers to very many others to several ticks, all before its own output', async () => {
    const tick = await flooded();
    const flood = output();
    tick.handles(true);
    tick.flushLater(flood);
    const answers = Array.from({ length: 1_000 }, () => output(0.05));
    tick.handles(false);
    for (const one of answers) tick.flushLater(one);
    const written = () => answers.filter(({ flushes }) => flushes > 0).length;
    let ticks = 0;
    for (; written() < answers.length; ticks++) {
      expect(flood.flushes).toBe(0);
      const before = clock.nowMs;
      await yieldToEventLoop();
      expect(clock.nowMs - before).toBeLessThan(12);
    }
    expect(ticks).toBeGreaterThan(3);
    expect(answers.every(({ flushes }) => flushes === 1)).toBe(true);
  });

  test('is over after a while, and then all output is alike', async () => {
    const tick = await flooded();
    clock.nowMs += 300;
    await yieldToEventLoop();
    tick.handles(false);
    expect(tick.nowMs).toBeGreaterThan(0);
    expect(tick.isUrgent).toBe(false);
  });
});

describe('output to very many', () => {
  test('is written over several ticks, while others are served, and those who add to it rest', async () => {
    const tick = new Tick();
    const outputs = Array.from({ length: 1_000 }, () => output(0.05));
    for (const one of outputs) tick.flushLater(one);
    const rested = { isShort: true, readOn: vi.fn() };
    tick.readOnLater(rested);
    await yieldToEventLoop();
    const written = () => outputs.filter(({ flushes }) => flushes > 0).length;
    expect(written()).toBeLessThan(500);
    expect(tick.isFlushing).toBe(true);

    const answer = output();
    tick.handles(false);
    tick.flushLater(answer);
    expect(handled(tick)).toBeLessThan(9);
    await yieldToEventLoop();
    expect(answer.flushes).toBe(1);
    expect(written()).toBeLessThan(1_000);
    expect(rested.readOn).not.toHaveBeenCalled();

    while (tick.isFlushing) await yieldToEventLoop();
    expect(outputs.every(({ flushes }) => flushes === 1)).toBe(true);
    expect(rested.readOn).toHaveBeenCalledOnce();
  });

  test('takes a smaller part of each tick where it lasts for many of them anyway', async () => {
    const tick = new Tick();
    const outputs = Array.from({ length: 3_000 }, () => output(0.05));
    for (const one of outputs) tick.flushLater(one);
    await yieldToEventLoop();
    const writtenMs = 0.05 * outputs.filter(({ flushes }) => flushes > 0).length;
    expect(writtenMs).toBeGreaterThanOrEqual(4);
    expect(writtenMs).toBeLessThan(5);
    while (tick.isFlushing) await yieldToEventLoop();
    expect(outputs.every(({ flushes }) => flushes === 1)).toBe(true);
  });
});

describe('a tick that has lasted long', () => {
  test('writes for a shorter time, and goes on with the rest in the next', async () => {
    const tick = new Tick();
    const outputs = Array.from({ length: 1_000 }, () => output(0.05));
    for (const one of outputs) tick.flushLater(one);
    clock.nowMs += 9;
    await yieldToEventLoop();
    const writtenMs = 0.05 * outputs.filter(({ flushes }) => flushes > 0).length;
    expect(writtenMs).toBeGreaterThanOrEqual(4);
    expect(writtenMs).toBeLessThan(7);
  });

  test('lets nobody who rests read on, but the next one does, however long it lasts too', async () => {
    const tick = new Tick();
    const rested = { isShort: true, readOn: vi.fn() };
    tick.readOnLater(rested);
    clock.nowMs += 20;
    await yieldToEventLoop();
    expect(rested.readOn).not.toHaveBeenCalled();
    clock.nowMs += 20;
    await yieldToEventLoop();
    expect(rested.readOn).toHaveBeenCalledOnce();
  });
});

describe('a round of the event loop', () => {
  test('is full after a tick that had much to do, however long the rest was that followed', async () => {
    const rest = (ms: number) => {
      clock.nowMs += ms;
    };
    const tick = new Tick(new Pacer({ tickMs: 20, fromPerSecond: 0 }, () => clock.nowMs, rest));
    const isFull: boolean[] = [];
    for (const workMs of [0.5, 0.5, 14, 0.5]) {
      const beganMs = clock.nowMs;
      tick.pacer.note(Number.POSITIVE_INFINITY);
      tick.flushLater(output(workMs));
      await yieldToEventLoop();
      isFull.push(tick.hasFilledRound(beganMs));
    }
    expect(isFull).toEqual([false, false, true, false]);
  });
});

describe('those who rest', () => {
  test('read on one after the other, those with little to handle first, and one of the others however many these are', async () => {
    const tick = new Tick();
    const order: string[] = [];
    const rest = (name: string, isShort: boolean, ms: number) =>
      tick.readOnLater({
        isShort,
        readOn() {
          order.push(name);
          const end = clock.nowMs + ms;
          while (clock.nowMs < end) {
            clock.nowMs += 0.1;
            tick.packetHandled();
          }
        },
      });
    rest('long 1', false, 10);
    rest('long 2', false, 10);
    for (let n = 1; n <= 30; n++) rest(`short ${n}`, true, 0.5);
    await yieldToEventLoop();
    const short = (n: number) => Array.from({ length: n }, (_, i) => `short ${i + 1}`);
    const first = order.length - 1;
    expect(first).toBeLessThan(30);
    expect(order).toEqual([...short(first), 'long 1']);
    await yieldToEventLoop();
    expect(order).toEqual([...short(first), 'long 1', ...short(30).slice(first), 'long 2']);
  });
});
