import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AcceptGate } from './accept-gate.ts';

/** Patient: a busy machine is no failure. */
const eventually = <T>(read: () => T) => expect.poll(read, { timeout: 30_000 });

const gates: AcceptGate[] = [];
afterEach(() => {
  for (const gate of gates.splice(0)) gate.close();
});

/** Of a socket the gate needs its events and its end. */
class FakeSocket extends EventEmitter {
  destroyed = false;
  destroy() {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}

function setUp() {
  const busy: number[] = [];
  const gate = new AcceptGate({ busy: (lateMs) => busy.push(lateMs), gaveUp: () => {} });
  gates.push(gate);
  let begun = 0;
  const enter = (begin: () => void = () => {}) => {
    const socket = new FakeSocket();
    gate.enter(socket as unknown as Socket, () => {
      begun++;
      begin();
    });
    return socket;
  };
  return { gate, busy, enter, begun: () => begun };
}

/** Holds the event loop up, as a handshake or a burst of messages does. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('AcceptGate', () => {
  it('begins a connection at once while there is time', () => {
    const { enter, begun, gate } = setUp();
    enter();
    expect(begun()).toBe(1);
    expect(gate.postponed).toBe(0);
  });

  it('begins a burst in several ticks, in the order of its coming', async () => {
    const { gate, enter } = setUp();
    const order: number[] = [];
    for (let n = 0; n < 300; n++) enter(() => order.push(n));
    expect(order.length).toBeLessThan(100);
    expect(gate.waiting + order.length).toBe(300);
    await eventually(() => order).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(gate.waiting).toBe(0);
  });

  it('begins half as many at a time after each late tick', async () => {
    const { gate, busy, enter } = setUp();
    const perTurn = [0];
    const turn = setInterval(() => perTurn.push(0), 1);
    for (let n = 0; n < 150; n++)
      enter(() => {
        perTurn.push((perTurn.pop() ?? 0) + 1);
        block(5);
      });
    await eventually(() => gate.waiting).toBe(0);
    clearInterval(turn);
    expect(perTurn.filter((begun) => begun > 0).slice(0, 3)).toEqual([64, 32, 16]);
    expect(busy.length).toBeGreaterThan(0);
  });

  it('goes on with at least one in a tick, however late the event loop is', async () => {
    const { gate, enter, begun } = setUp();
    const load = setInterval(() => block(150), 1);
    for (let n = 0; n < 80; n++) enter();
    const before = begun();
    await eventually(begun).toBeGreaterThan(before);
    clearInterval(load);
    await eventually(() => gate.waiting).toBe(0);
    expect(begun()).toBe(80);
  });

  it('forgets a connection that closes, or fails, while it waits', async () => {
    const { gate, enter, begun } = setUp();
    const sockets = Array.from({ length: 100 }, () => enter());
    const waiting = gate.waiting;
    sockets.at(-1)?.emit('error', new Error('reset'));
    sockets.at(-2)?.destroy();
    expect(gate.waiting).toBe(waiting - 2);
    await eventually(() => gate.waiting).toBe(0);
    expect(begun()).toBe(98);
  });

  it('closes those that wait when it is closed', () => {
    const { gate, enter, begun } = setUp();
    const sockets = Array.from({ length: 100 }, () => enter());
    gate.close();
    expect(sockets.filter(({ destroyed }) => destroyed).length).toBe(100 - begun());
    expect(gate.waiting).toBe(0);
  });
});
