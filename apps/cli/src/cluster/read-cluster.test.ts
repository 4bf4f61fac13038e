import { expect, test } from 'vitest';
import { toView } from './read-cluster.ts';

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

test('a process that is alone is one node', () => {
  expect(toView({})).toMatchObject({ isGood: true, nodes: [{ state: 'alone', seen: 'itself' }] });
});

test('nodes come in the order of their joining, those that ended are left out', () => {
  const row = (incarnation: string, number: number, state: 'member' | 'ended', misses: string[] = []) => ({
    ...{ incarnation, number, state, misses },
  });
  const peers = [{ incarnation: b, unacknowledgedBytes: 5, confirmedAgoMs: 12.4 }];
  const rows = [row(b, 2, 'member', [a]), row(c, 3, 'ended'), row(a, 1, 'member')];
  expect(toView({ incarnation: a, isGood: false, rows, peers })).toEqual({
    isGood: false,
    nodes: [
      {
        node: 'aaaaaaaa',
        state: 'member',
        seen: 'itself',
        unacknowledgedBytes: 0,
        lagMs: undefined,
        misses: [],
      },
      {
        node: 'bbbbbbbb',
        state: 'member',
        seen: 'linked',
        unacknowledgedBytes: 5,
        lagMs: 12,
        misses: ['aaaaaaaa'],
      },
    ],
  });
});
