import { expect, test } from 'vitest';
import { topicTree } from './topic-tree.ts';

const treeOf = (...topics: string[]) =>
  topicTree(topics.map((topic) => ({ topic }))).map(
    ({ label, depth, topic }) => `${'  '.repeat(depth)}${label}${topic ? '' : ' …'}`,
  );

test('a topic alone is one row', () => {
  expect(treeOf('$devices/a/state')).toEqual(['$devices/a/state']);
});

test('what topics begin with is said once, and a topic may have others below it', () => {
  expect(
    treeOf('$devices/b/state', '$devices/a/state/door', '$devices/a/state', '$devices/a/config'),
  ).toEqual(['$devices …', '  a …', '    config', '    state', '      door', '  b/state']);
});

test('empty levels are levels', () => {
  expect(treeOf('a//b', 'a//c')).toEqual(['a/ …', '  b', '  c']);
});

test('rows have keys of their own', () => {
  const keys = topicTree(['a/b', 'a', 'a/b/c', 'x/b'].map((topic) => ({ topic }))).map(({ key }) => key);
  expect(new Set(keys).size).toBe(4);
});
