import { describe, expect, test } from 'vitest';
import { topicFilterProblem, topicNameProblem } from './topic-name.ts';

const limits = { maxTopicBytes: 65_535, maxTopicLevels: 8 };

describe('a topic name', () => {
  test.each([
    ['', 'empty'],
    ['a\0b', 'null character'],
    ['a/+/b', 'wildcard misplaced'],
    ['a+', 'wildcard misplaced'],
    ['#', 'wildcard misplaced'],
    ['a/b#', 'wildcard misplaced'],
    ['/'.repeat(8), 'too many levels'],
    ['a'.repeat(65_536), 'too long'],
    ['я'.repeat(32_768), 'too long'],
  ])(
    '%j is refused: %s [MQTT-4.7.3-1][MQTT-4.7.3-2][MQTT-4.7.3-3][MQTT-3.3.2-2][MQTT-4.7.1-1]',
    (topic, problem) => {
      expect(topicNameProblem(topic, limits)).toBe(problem);
    },
  );

  test.each(['a', '/', 'a//b', '/a', 'a/', '$SYS/x', ' ', '__proto__', 'a'.repeat(65_535), '/'.repeat(7)])(
    '%j is accepted as it is [MQTT-4.7.3-4]',
    (topic) => {
      expect(topicNameProblem(topic, limits)).toBeUndefined();
    },
  );

  test('of exactly the greatest size is accepted when it is not ASCII', () => {
    expect(topicNameProblem(`${'я'.repeat(32_767)}a`, limits)).toBeUndefined();
  });
});

describe('a topic filter', () => {
  test.each([
    ['', 'empty'],
    ['a\0', 'null character'],
    ['a#', 'wildcard misplaced'],
    ['a/#/b', 'wildcard misplaced'],
    ['#/', 'wildcard misplaced'],
    ['##', 'wildcard misplaced'],
    ['a+', 'wildcard misplaced'],
    ['+a', 'wildcard misplaced'],
    ['++', 'wildcard misplaced'],
    ['a/+b/c', 'wildcard misplaced'],
    ['+/+/a+/#', 'wildcard misplaced'],
    ['/'.repeat(8), 'too many levels'],
    ['a'.repeat(65_536), 'too long'],
  ])('%j is refused: %s [MQTT-4.7.1-2][MQTT-4.7.1-3][MQTT-4.7.3-1]', (filter, problem) => {
    expect(topicFilterProblem(filter, limits)).toBe(problem);
  });

  test.each(['#', '+', '/', '+/+/#', 'a/+/b', 'a/#', '/+', '+/', '$SYS/#', '$share/g/t', 'a//#'])(
    '%j is accepted',
    (filter) => {
      expect(topicFilterProblem(filter, limits)).toBeUndefined();
    },
  );
});
