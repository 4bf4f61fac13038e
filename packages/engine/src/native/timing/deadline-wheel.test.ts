import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DeadlineWheel } from './deadline-wheel.ts';

class Clock {
  nowMs = 5_000;
  readonly now = () => this.nowMs;
}

class Item {
  readonly dueMs: number;
  calledMs: number[] = [];
  next: number | undefined;
  constructor(dueMs: number) {
    this.dueMs = dueMs;
  }
  checkDeadline(nowMs: number): number | undefined {
    this.calledMs.push(nowMs);
    return nowMs < this.dueMs ? this.dueMs : this.next;
  }
}

/** Lets time pass as the timer would see it. */
function pass(wheel: DeadlineWheel<Item>, clock: Clock, ms: number): void {
  for (const end = clock.nowMs + ms; clock.nowMs < end; ) {
    clock.nowMs += 100;
    wheel.advance();
  }
}

describe('the deadline wheel', () => {
  test('calls nobody early, and everybody within two ticks of the time, however far away it is', () => {
    const due = fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 30 });
    fc.assert(
      fc.property(due, (offsets) => {
        const clock = new Clock();
        const wheel = new DeadlineWheel<Item>(clock.now);
        const items = offsets.map((offset) => new Item(clock.nowMs + offset));
        for (const item of items) wheel.set(item, item.dueMs);
        pass(wheel, clock, 201_000);
        for (const item of items) {
          const last = item.calledMs.at(-1) as number;
          expect(last).toBeGreaterThanOrEqual(item.dueMs);
          expect(last - item.dueMs).toBeLessThanOrEqual(200);
        }
        expect(wheel.size).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  test('calls nobody who has been taken out', () => {
    const clock = new Clock();
    const wheel = new DeadlineWheel<Item>(clock.now);
    const item = new Item(clock.nowMs + 300);
    wheel.set(item, item.dueMs);
    wheel.delete(item);
    pass(wheel, clock, 1_000);
    expect(item.calledMs).toEqual([]);
  });

  test('moves an item forward when it asks for an earlier time, and not back', () => {
    const clock = new Clock();
    const wheel = new DeadlineWheel<Item>(clock.now);
    const item = new Item(0);
    wheel.set(item, clock.nowMs + 10_000);
    wheel.setEarlier(item, clock.nowMs + 20_000);
    wheel.setEarlier(item, clock.nowMs + 500);
    pass(wheel, clock, 700);
    expect(item.calledMs).toHaveLength(1);
    expect(wheel.size).toBe(0);
  });

  test('takes in an item that asks for an earlier time and was not there', () => {
    const clock = new Clock();
    const wheel = new DeadlineWheel<Item>(clock.now);
    const item = new Item(0);
    wheel.setEarlier(item, clock.nowMs + 60_000);
    pass(wheel, clock, 61_000);
    expect(item.calledMs.length).toBeGreaterThan(0);
  });

  test('ends nothing right after the process stood still: what clients sent has not been read yet', () => {
    const clock = new Clock();
    const wheel = new DeadlineWheel<Item>(clock.now);
    const item = new Item(clock.nowMs + 500);
    wheel.set(item, item.dueMs);
    clock.nowMs += 10_000;
    wheel.advance();
    expect(item.calledMs).toEqual([]);
    pass(wheel, clock, 100);
    expect(item.calledMs).toHaveLength(1);
  });

  test('never skips twice in a row, so that a process which is always late still ends what is overdue', () => {
    const clock = new Clock();
    const wheel = new DeadlineWheel<Item>(clock.now);
    const item = new Item(clock.nowMs + 500);
    wheel.set(item, item.dueMs);
    for (let n = 0; n < 2; n++) {
      clock.nowMs += 10_000;
      wheel.advance();
    }
    expect(item.calledMs).toHaveLength(1);
  });

  test('looks once at each item of a slot that is looked at bit by bit, and not at those that were given another time meanwhile', () => {
    const clock = new Clock();
    let finish = () => {};
    const wheel = new DeadlineWheel<Item>(clock.now, (items, work) => {
      const [first, ...others] = items;
      if (first !== undefined) work(first);
      finish = () => {
        for (const item of others) work(item);
      };
    });
    const items = [0, 1, 2].map(() => new Item(0));
    for (const item of items) wheel.set(item, clock.nowMs + 500);
    pass(wheel, clock, 700);
    const [, moved, forgotten] = items as [Item, Item, Item];
    wheel.set(moved, clock.nowMs + 30_000);
    wheel.delete(forgotten);
    finish();
    expect(items.map(({ calledMs }) => calledMs.length)).toEqual([1, 0, 0]);
    expect(wheel.size).toBe(1);
  });
});
