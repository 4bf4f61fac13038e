import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fifo } from './fifo.ts';

describe('a fifo', () => {
  test('gives back what it was given, in order, whatever the pattern of use', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 1_000 }), (pushes) => {
        const fifo = new Fifo<number>();
        const plain: number[] = [];
        pushes.forEach((isPush, i) => {
          if (isPush) {
            fifo.push(i);
            plain.push(i);
          } else {
            expect(fifo.shift()).toBe(plain.shift());
          }
          expect([fifo.size, fifo.first]).toEqual([plain.length, plain[0]]);
        });
      }),
    );
  });

  test('is empty when it has been cleared', () => {
    const fifo = new Fifo<number>();
    fifo.push(1);
    fifo.clear();
    expect([fifo.size, fifo.shift()]).toEqual([0, undefined]);
  });
});
