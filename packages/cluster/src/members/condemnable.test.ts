import { expect, test } from 'vitest';
import { findCondemnable } from './condemnable.ts';
import type { NodeRow, NodeState } from './node-row.ts';

function row(name: string, number: number, state: NodeState = 'member', misses: string[] = []): NodeRow {
  return { incarnation: name, number, state, renewals: 1, misses };
}

function silent(...names: string[]) {
  return {
    silentMs: ({ incarnation }: NodeRow) => (names.includes(incarnation) ? 6_000 : 0),
    joinerPatienceMs: (state: NodeState) => (state === 'joining' ? 5_000 : 60_000),
  };
}

test('nobody is condemned who renews and is confirmed', () => {
  expect(findCondemnable([row('a', 1), row('b', 2)], 'a', silent())).toEqual([]);
});

test('a silent node that others miss is condemned, one that is only silent is not: it may have lost the database alone', () => {
  const rows = [row('a', 1, 'member', ['b']), row('b', 2), row('c', 3)];
  expect(findCondemnable(rows, 'a', silent('b', 'c'))).toEqual(['b']);
  expect(findCondemnable(rows, 'a', silent('c'))).toEqual(['b']);
});

test('a joiner that is silent is condemned', () => {
  expect(findCondemnable([row('a', 1), row('b', 2, 'joining')], 'a', silent('b'))).toEqual(['b']);
});

test('of a split the smaller side goes, be it the older', () => {
  const rows = [
    row('a', 1, 'member', ['b', 'c']),
    row('b', 2, 'member', ['a']),
    row('c', 3, 'member', ['a']),
  ];
  expect(findCondemnable(rows, 'c', silent())).toEqual(['a']);
});

test('of two that miss each other the younger goes, or the one that is joining', () => {
  expect(findCondemnable([row('a', 1, 'member', ['b']), row('b', 2)], 'a', silent())).toEqual(['b']);
  expect(findCondemnable([row('a', 1, 'joining', ['b']), row('b', 2)], 'b', silent())).toEqual(['a']);
});

test('of those that are all apart the oldest stays', () => {
  const names = ['a', 'b', 'c'];
  const rows = names.map((name, at) =>
    row(
      name,
      at + 1,
      'member',
      names.filter((other) => other !== name),
    ),
  );
  expect(findCondemnable(rows, 'b', silent())).toEqual(['c', 'b']);
});

test('a node that is not alive itself condemns no other', () => {
  const rows = [row('a', 1, 'condemned'), row('b', 2, 'joining')];
  expect(findCondemnable(rows, 'a', silent('b'))).toEqual([]);
  expect(findCondemnable(rows, 'x', silent('b'))).toEqual([]);
});

test('a joiner condemns the silent after its patience, whoever misses them', () => {
  const rows = [row('a', 1), row('b', 2, 'joining'), row('c', 3, 'joining')];
  expect(findCondemnable(rows, 'c', silent('a', 'b'))).toEqual(['b']);
});

test('a joiner that reaches nobody goes, and not those that it misses, however many such joiners there are', () => {
  const strangers = [3, 4, 5].map((number) => row(`x${number}`, number, 'joining', ['a', 'b']));
  const rows = [row('a', 1), row('b', 2), ...strangers];
  for (const observer of ['a', 'x3'])
    expect(findCondemnable(rows, observer, silent()).toSorted()).toEqual(['x3', 'x4', 'x5']);
});

test('a member that has lost the database alone stays, although a joiner that reaches nobody misses it', () => {
  const rows = [row('a', 1), row('b', 2), row('x', 3, 'joining', ['a', 'b'])];
  expect(findCondemnable(rows, 'a', silent('b'))).toEqual(['x']);
});

test('of joiners among themselves the one that most miss goes, which each of them may say; no member goes by their word', () => {
  const rows = [
    row('x', 1, 'joining', ['y', 'z']),
    row('y', 2, 'joining', ['x']),
    row('z', 3, 'joining', ['x']),
  ];
  for (const observer of ['x', 'y', 'z']) expect(findCondemnable(rows, observer, silent())).toEqual(['x']);
  const members = [row('a', 1, 'member', ['b']), row('b', 2, 'member', ['a']), row('y', 3, 'joining')];
  expect(findCondemnable(members, 'y', silent())).toEqual([]);
});
