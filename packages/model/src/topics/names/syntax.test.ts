import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../limits.ts';
import { isMatch } from '../testing/oracle.ts';
import {
  intersects,
  isTopicFilter,
  isTopicName,
  literalPrefix,
  matches,
  matchesSomeBeginningWith,
} from './syntax.ts';

describe('a topic name', () => {
  test.each([
    ['the empty string [MQTT-4.7.3-1]', ''],
    ['U+0000 [MQTT-1.5.3-2][MQTT-4.7.3-2]', 'a\0b'],
    ['a lone surrogate [MQTT-1.5.3-1]', 'a\ud800'],
    ['a control character', 'a\u0007'],
    ['a C1 control character', 'a\u0085'],
    ['a non-character', 'a\uffff'],
    ['the wildcard # [MQTT-3.3.2-2]', 'a/#'],
    ['the wildcard + [MQTT-3.3.2-2]', 'a/+/b'],
    ['a wildcard inside a level', 'a+b'],
    ['more than 65,535 bytes', 'a'.repeat(limits.topic.max + 1)],
    ['more than 65,535 bytes in fewer characters', 'я'.repeat(32_768)],
    ['more than 200 levels', '/'.repeat(limits.topicLevels.max)],
  ])('is not %s', (_, topic) => {
    expect(isTopicName(topic)).toBe(false);
  });

  test.each([
    ...[
      'a',
      '/',
      'a//b',
      '/a',
      'a/',
      ' ',
      '$SYS',
      '__proto__',
      'constructor',
      '\ufeffa',
      'температура',
      '\u{1f321}',
    ],
  ])('may be %j', (topic) => {
    expect(isTopicName(topic)).toBe(true);
  });

  test('may have exactly 65,535 bytes and 200 levels', () => {
    expect(isTopicName('a'.repeat(limits.topic.max))).toBe(true);
    expect(isTopicName('я'.repeat(32_767))).toBe(true);
    expect(isTopicName('/'.repeat(limits.topicLevels.max - 1))).toBe(true);
  });
});

describe('a filter', () => {
  test.each(['', 'a#', 'a/#/b', '#/a', '##', '+a', 'a+', 'a/b+/c', '+#', 'a\0'])(
    'is not %j [MQTT-4.7.1-2][MQTT-4.7.1-3]',
    (filter) => {
      expect(isTopicFilter(filter)).toBe(false);
    },
  );

  test.each(['#', '+', '+/+', '/+', '+/', 'a/+/b', 'a/#', '/#', '+/#', '$SYS/#', 'a'])(
    'may be %j',
    (filter) => {
      expect(isTopicFilter(filter)).toBe(true);
    },
  );
});

describe('a filter matches', () => {
  /** The examples of MQTT 3.1.1 section 4.7, and what follows from its rules. */
  test.each([
    ['sport/tennis/player1/#', 'sport/tennis/player1'],
    ['sport/tennis/player1/#', 'sport/tennis/player1/ranking'],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon'],
    ['sport/#', 'sport'],
    ['#', 'a/b'],
    ['#', '/'],
    ['sport/tennis/+', 'sport/tennis/player1'],
    ['sport/+', 'sport/'],
    ['+/+', '/finance'],
    ['/+', '/finance'],
    ['+', 'a'],
    ['$SYS/#', '$SYS/'],
    ['$SYS/monitor/+', '$SYS/monitor/Clients'],
    ['a/+/#', 'a/b'],
    ['a//b', 'a//b'],
  ])('%s matches %s', (filter, topic) => {
    expect(matches(filter, topic)).toBe(true);
  });

  test.each([
    ['sport/tennis/+', 'sport/tennis/player1/ranking'],
    ['sport/+', 'sport'],
    ['+', '/finance'],
    ['a', 'A'],
    ['a/b', 'a//b'],
    ['a', 'a/'],
    ['caf\u00e9', 'cafe\u0301'],
    ['#', '$SYS/monitor'],
    ['+/monitor/Clients', '$SYS/monitor/Clients'],
    ['+', '$x'],
    ['sport/#', 'sports'],
  ])('%s does not match %s [MQTT-4.7.2-1][MQTT-4.7.3-4]', (filter, topic) => {
    expect(matches(filter, topic)).toBe(false);
  });
});

const level = fc.constantFrom('a', 'b', '', '$a');
const topics = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'))
  .filter((topic) => topic !== '');
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 0, maxLength: 3 }), fc.boolean())
  .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'))
  .filter((filter) => filter !== '');

/** Every topic of at most four levels, enough to hold what two filters share; the empty one too, which `/#` matches. */
const everyTopic = (() => {
  const levels = ['a', 'b', '', '$a', 'x'];
  let known = levels;
  const all = [...known];
  for (let depth = 2; depth <= 4; depth += 1) {
    known = known.flatMap((topic) => levels.map((next) => `${topic}/${next}`));
    all.push(...known);
  }
  return all;
})();

describe('for every filter', () => {
  test('matching is what its regular expression matches', () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => {
        expect(matches(filter, topic)).toBe(isMatch(filter, topic));
      }),
      { numRuns: 2_000 },
    );
  });

  test('two intersect exactly when a topic exists that both match', () => {
    fc.assert(
      fc.property(filters, filters, (one, other) => {
        const shared = everyTopic.some((topic) => matches(one, topic) && matches(other, topic));
        expect(intersects(one, other)).toBe(shared);
        expect(intersects(other, one)).toBe(shared);
      }),
      { numRuns: 500 },
    );
  });

  test('all that it matches begins with its literal prefix', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const strays = everyTopic.filter(
          (topic) => matches(filter, topic) && !topic.startsWith(literalPrefix(filter)),
        );
        expect(strays).toEqual([]);
      }),
    );
  });

  test('it matches a topic that begins with a string exactly when one exists', () => {
    fc.assert(
      fc.property(filters, topics, fc.nat(6), (filter, topic, length) => {
        const beginning = topic.slice(0, length + 1);
        const exists = everyTopic.some((it) => it.startsWith(beginning) && matches(filter, it));
        expect(matchesSomeBeginningWith(filter, beginning)).toBe(exists);
      }),
      { numRuns: 500 },
    );
  });
});
