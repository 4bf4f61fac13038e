import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { AcceptGate } from './accept-gate.ts';

/** Of a socket the gate needs its events and its end. */
class FakeSocket extends EventEmitter {
  destroyed = false;
  destroy() {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
  resetAndDestroy() {
    this.destroy();
  }
}

/** A gate on a clock that the test moves. */
function setUp() {
  const clock = { nowMs: 1000, dueMs: 0, run: undefined as (() => void) | undefined };
  const busy: number[] = [];
  const gaveUp: unknown[] = [];
  const gate = new AcceptGate(
    { busy: (lateMs) => busy.push(lateMs), gaveUp: (socket) => gaveUp.push(socket) },
    {
      nowMs: () => clock.nowMs,
      after(ms, run) {
        Object.assign(clock, { dueMs: clock.nowMs + ms, run });
        return () => {
          clock.run = undefined;
        };
      },
    },
  );
  let begun = 0;
  return {
    ...{ gate, busy, gaveUp, clock },
    /** A connection comes. */
    enter(begin: () => void = () => {}, address = '192.0.2.1', mayBegin = () => true) {
      const socket = new FakeSocket();
      gate.enter(socket as unknown as Socket, {
        ...{ address, mayBegin },
        begin() {
          begun++;
          begin();
        },
      });
      return socket;
    },
    /** Connections begun so far. */
    begun: () => begun,
    /** The next tick comes, so late; how many connections it began. */
    tick(lateMs = 0): number {
      const { run } = clock;
      if (!run) throw new Error('no tick is due');
      const before = begun;
      clock.nowMs = Math.max(clock.nowMs, clock.dueMs + lateMs);
      clock.run = undefined;
      run();
      return begun - before;
    },
  };
}

describe('AcceptGate', () => {
  test('begins a connection at once while there is time', () => {
    const { enter, begun, gate } = setUp();
    enter();
    expect(begun()).toBe(1);
    expect(gate.postponed).toBe(0);
  });

  test('begins a burst in several ticks, in the order of its coming', () => {
    const { gate, enter, tick } = setUp();
    const order: number[] = [];
    for (let n = 0; n < 300; n++) enter(() => order.push(n));
    expect(order).toHaveLength(64);
    expect([gate.waiting, gate.postponed]).toEqual([236, 236]);
    expect([tick(), tick(), tick(), tick()]).toEqual([64, 64, 64, 44]);
    expect(order).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(gate.waiting).toBe(0);
  });

  test('lets addresses take turns, so that one with thousands of connections holds up no other', () => {
    const { enter, tick } = setUp();
    const order: string[] = [];
    for (let n = 0; n < 1000; n++) enter(() => order.push('flood'), '192.0.2.1');
    for (let n = 0; n < 3; n++) enter(() => order.push('other'), '192.0.2.2');
    tick();
    expect(order.slice(64, 70)).toEqual(['flood', 'other', 'flood', 'other', 'flood', 'other']);
  });

  test('passes over those that may not begin, and gives them up in their time', () => {
    const { enter, tick, begun, gate, gaveUp, clock } = setUp();
    let slots = 2;
    for (let n = 0; n < 4; n++)
      enter(
        () => slots--,
        '192.0.2.1',
        () => slots > 0,
      );
    enter(() => {}, '192.0.2.2');
    expect([begun(), gate.waiting]).toEqual([2, 3]);
    expect([tick(), tick()]).toEqual([1, 0]);
    slots = 1;
    expect([tick(), gate.waiting]).toEqual([1, 1]);
    clock.nowMs += 10_001;
    tick();
    expect([begun(), gate.waiting, gaveUp.length]).toEqual([4, 0, 1]);
  });

  test('rests when nothing comes any more', () => {
    const { enter, tick, clock } = setUp();
    enter();
    tick();
    tick();
    expect(clock.run).toBeUndefined();
  });

  test('begins half as many at a time after each late tick, and one more after one that is a little late', () => {
    const { busy, enter, begun, tick, clock } = setUp();
    // What is begun holds the event loop up, as a handshake does.
    const begin = () => {
      clock.nowMs += 5;
    };
    for (let n = 0; n < 150; n++) enter(begin);
    expect(begun()).toBe(64);
    expect([tick(), tick(), tick(), tick(), tick()]).toEqual([32, 16, 17, 18, 3]);
    expect(busy).toEqual([64 * 5 - 25, 32 * 5 - 25]);
  });

  test('goes on with at least one in a tick, however late the event loop is', () => {
    const { gate, enter, tick } = setUp();
    for (let n = 0; n < 130; n++) enter();
    expect(Array.from({ length: 9 }, () => tick(100))).toEqual([32, 16, 8, 4, 2, 1, 1, 1, 1]);
    expect(gate.waiting).toBe(0);
  });

  test('begins twice as many in each tick that is in time again', () => {
    const { enter, tick } = setUp();
    for (let n = 0; n < 300; n++) enter();
    for (let n = 0; n < 6; n++) tick(100);
    expect([tick(), tick(30), tick()]).toEqual([2, 4, 8]);
  });

  test('gives up a connection that has waited for longer than a client does', () => {
    const { enter, tick, begun, gaveUp, clock } = setUp();
    for (let n = 0; n < 64; n++) enter();
    const patient = enter();
    clock.nowMs += 10_000;
    tick();
    expect([begun(), patient.destroyed, gaveUp]).toEqual([65, false, []]);
    for (let n = 0; n < 64; n++) enter();
    const forgotten = enter();
    clock.nowMs += 10_001;
    tick();
    expect(forgotten.destroyed).toBe(true);
    expect(gaveUp).toContain(forgotten);
  });

  test('forgets a connection that closes, or fails, while it waits', () => {
    const { gate, enter, begun, tick } = setUp();
    const sockets = Array.from({ length: 100 }, () => enter());
    sockets.at(-1)?.emit('error', new Error('reset'));
    sockets.at(-2)?.destroy();
    expect(gate.waiting).toBe(34);
    tick();
    expect(gate.waiting).toBe(0);
    expect(begun()).toBe(98);
  });

  test('closes those that wait when it is closed, and has no tick left', () => {
    const { gate, enter, clock } = setUp();
    const sockets = Array.from({ length: 100 }, () => enter());
    gate.close();
    expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(36);
    expect(gate.waiting).toBe(0);
    expect(clock.run).toBeUndefined();
  });
});
