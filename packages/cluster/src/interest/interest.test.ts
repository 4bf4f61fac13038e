import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RemoteRoute } from '../links/remote.ts';
import { InterestTable } from './interest-table.ts';
import { namespaceHash } from './namespace-hash.ts';

describe('the table of interests', () => {
  test('knows who wants what, as a map of sets would, however it grows', () => {
    const table = new InterestTable();
    const model = new Map<number, number>();
    for (let step = 0; step < 30_000; step++) {
      const hash = namespaceHash(`registry ${(step * 7919) % 6_000}`);
      const bit = 1 << (step % 31);
      if (step % 3 === 2) {
        table.remove(hash, bit);
        model.set(hash, (model.get(hash) ?? 0) & ~bit);
      } else {
        table.add(hash, bit);
        model.set(hash, (model.get(hash) ?? 0) | bit);
      }
    }
    for (const [hash, bits] of model) expect(table.wanting(hash)).toBe(bits >>> 0);
    expect(table.size).toBe([...model.values()].filter((bits) => bits !== 0).length);
    expect(table.wanting(namespaceHash('nobody'))).toBe(0);
  });

  test('forgets a node, and nothing of the others', () => {
    const table = new InterestTable();
    table.add(1, 0b01);
    table.add(1, 0b10);
    table.add(2, 0b01);
    table.removeAll(0b01);
    expect([table.wanting(1), table.wanting(2)]).toEqual([0b10, 0]);
    expect([...table.of(0b10)]).toEqual([1]);
  });

  test('answers a route that has asked before by what is wanted now, also when another table takes its place', () => {
    const table = new InterestTable();
    const route = new RemoteRoute(['here', 'there'].map((namespace) => ({ namespace, topic: 't' })));
    const [here, there] = [namespaceHash('here'), namespaceHash('there')];
    const found = [route.wanting(table)];
    const then = (change: () => void) => {
      change();
      found.push(route.wanting(table), route.wanting(table));
    };
    then(() => table.add(here, 0b01));
    then(() => table.add(there, 0b10));
    then(() => table.remove(here, 0b01));
    then(() => table.removeAll(0b10));
    expect(found).toEqual([0, 0b01, 0b01, 0b11, 0b11, 0b10, 0b10, 0, 0]);

    const next = new InterestTable();
    next.add(here, 0b100);
    expect([route.wanting(next), route.wanting(table)]).toEqual([0b100, 0]);
  });

  test('never builds more than a small part of itself anew at once', () => {
    const namespaces = 100_000;
    let largest = 0;
    class Watched extends Uint32Array {
      constructor(length: number) {
        super(length);
        largest = Math.max(largest, length);
      }
    }
    vi.stubGlobal('Uint32Array', Watched);
    onTestFinished(() => void vi.unstubAllGlobals());
    const table = new InterestTable();
    for (let n = 0; n < namespaces; n++) table.add(namespaceHash(`devices/are${n}x7`), 1);
    expect(table.size).toBeGreaterThan(namespaces - 20);
    expect(largest).toBeGreaterThan(16);
    expect(largest).toBeLessThan(namespaces / 32);
  });

  test('takes the hash 0 as any other', () => {
    const table = new InterestTable();
    expect(table.wanting(0)).toBe(0);
    table.add(0, 4);
    expect(table.wanting(0)).toBe(4);
  });
});

test('namespaces of a fleet hardly ever have one hash', () => {
  const hashes = new Set<number>();
  for (let index = 0; index < 100_000; index++) hashes.add(namespaceHash(`devices/are${index}x7`));
  // Chance alone makes one or two of 100,000 meet in 32 bits.
  expect(hashes.size).toBeGreaterThan(99_980);
});
