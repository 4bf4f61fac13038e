import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketIds } from './packet-ids.ts';

describe('packet identifiers', () => {
  test('are never 0 and never one that is in use, over any history of sending and acknowledging [MQTT-2.3.1-2][MQTT-2.3.1-4]', () => {
    const step = fc.oneof(
      fc.constant('take' as const),
      fc.nat(40).map((which) => ({ which })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
        const ids = new PacketIds();
        const used: number[] = [];
        for (const step of steps) {
          if (step === 'take') {
            const id = ids.take();
            expect(id).toBeGreaterThan(0);
            expect(id).toBeLessThan(65_536);
            expect(used).not.toContain(id);
            used.push(id);
          } else if (used.length > 0) {
            const [id] = used.splice(step.which % used.length, 1) as [number];
            expect(ids.release(id)).toBe(true);
            expect(ids.release(id)).toBe(false);
          }
          expect(ids.size).toBe(used.length);
        }
      }),
    );
  });

  test('go round and skip those that were never acknowledged [MQTT-2.3.1-4]', () => {
    const ids = new PacketIds();
    const stuck = [ids.take(), ids.take()];
    expect(stuck).toEqual([1, 2]);
    for (let i = 3; i <= 65_535; i++) expect(ids.release(ids.take())).toBe(true);
    expect(ids.take()).toBe(3);
    expect(ids.size).toBe(3);
  });

  test('stay right over millions of messages, in whatever order they are acknowledged', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(9)), fc.nat(65_534), (choices, unused) => {
        const ids = new PacketIds();
        for (let i = 0; i < unused; i++) ids.release(ids.take());
        const used: number[] = [];
        let last = unused;
        for (let i = 0; i < 1_200_000; i++) {
          const id = ids.take();
          let expected = (last % 65_535) + 1;
          while (used.includes(expected)) expected = (expected % 65_535) + 1;
          if (id !== expected) expect(id).toBe(expected);
          used.push(id);
          last = id;
          // The first three are acknowledged last, those after them in any order.
          const at = used.length > 12 ? 3 + ((choices.next().value as number) % (used.length - 3)) : -1;
          if (at >= 0) {
            const [acknowledged] = used.splice(at, 1) as [number];
            if (!ids.release(acknowledged)) expect(acknowledged).toBe('in use');
          }
        }
        expect(ids.size).toBe(used.length);
        for (const id of used) expect(ids.release(id)).toBe(true);
        expect(ids.size).toBe(0);
      }),
      { numRuns: 5 },
    );
  });

  test('can all be in use but one', () => {
    const ids = new PacketIds();
    const taken = new Set(Array.from({ length: 65_535 }, () => ids.take()));
    expect(taken.size).toBe(65_535);
    expect(ids.release(2)).toBe(true);
    expect(ids.take()).toBe(2);
  });

  test('that nobody asked for are told apart', () => {
    const ids = new PacketIds();
    expect(ids.release(1)).toBe(false);
    ids.take();
    expect(ids.release(2)).toBe(false);
    expect(ids.size).toBe(1);
  });
});
