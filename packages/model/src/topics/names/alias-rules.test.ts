import { describe, expect, test } from 'vitest';
import { checkAliases, expandAliases } from './alias-rules.ts';

const check = (aliases: Record<string, string>, deviceId?: string) =>
  checkAliases(Object.entries(aliases), deviceId).map(({ code, field }) => `${field}: ${code}`);

describe('an alias is refused', () => {
  test.each([
    ['', 'REQUIRED'],
    ['$me', 'RESERVED_ALIAS'],
    ['$', 'RESERVED_ALIAS'],
    ['$devices/d1/', 'RESERVED_ALIAS'],
    ['devices/', 'RESERVED_ALIAS'],
    ['devices/x', 'RESERVED_ALIAS'],
    ['devices', 'RESERVED_ALIAS'],
    ['registries/x', 'RESERVED_ALIAS'],
    ['registries', 'RESERVED_ALIAS'],
    ['my/+/', 'INVALID_CHARACTERS'],
    ['my/#', 'INVALID_CHARACTERS'],
    ['my\0', 'INVALID_CHARACTERS'],
    ['my\n', 'INVALID_CHARACTERS'],
    ['\ud800', 'INVALID_CHARACTERS'],
  ])('named %j: %s', (alias, code) => {
    expect(check({ [alias]: '$devices/d1/' }, 'd1')).toEqual([`topicAliases.${alias}: ${code}`]);
  });

  test.each([
    '',
    '$',
    '$devices',
    '$devices/',
    '$devices/d2',
    '$devices/d12',
    '$devices/d12/events',
    'devices/d1/events',
    '$registries/r1/events',
    '$monitoring/d1/json',
    '$me/device/events',
    'my/alias/',
    '$devices/d1/evening',
    '$devices/d1/eventsbed',
    '$devices/d1/event/bed',
    '$devices/d1//events',
    '$devices/d1/Events',
    '$devices/d1/events/+',
    '$devices/d1/#',
    '$devices/+/events',
    '$devices/d1/events/\0',
  ])('for %j, which is not the beginning of a topic of the device', (prefix) => {
    expect(check({ temp: prefix }, 'd1')).toEqual(['topicAliases.temp: INVALID_TOPIC_PREFIX']);
  });

  test('of more than 256 characters', () => {
    expect(check({ ['a'.repeat(257)]: '$devices/d1/' }, 'd1').join()).toContain('TOO_LONG');
    expect(check({ ['\u{1f321}'.repeat(256)]: '$devices/d1/' }, 'd1')).toEqual([]);
  });

  test('for a prefix whose subtopic is longer than a topic may have', () => {
    expect(check({ temp: `$devices/d1/events/${'a'.repeat(1_025)}` }, 'd1')).toEqual([
      'topicAliases.temp: TOO_LONG',
    ]);
    expect(check({ temp: `$devices/d1/events/${'a'.repeat(1_024)}` }, 'd1')).toEqual([]);
  });

  test('that is a prefix of another one of the device, both of them being reported', () => {
    expect(
      check({ 'my/': '$devices/d1/', 'my/alias/': '$devices/d1/', other: '$devices/d1/' }, 'd1'),
    ).toEqual(['topicAliases.my/: CONFLICTING_ALIAS', 'topicAliases.my/alias/: CONFLICTING_ALIAS']);
  });

  test('if it is the sixth', () => {
    const five = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((alias) => [alias, '$devices/d1/']));
    expect(check(five, 'd1')).toEqual([]);
    expect(check({ ...five, f: '$devices/d1/' }, 'd1')).toEqual(['topicAliases: TOO_MANY']);
  });

  test('together with every other bad one', () => {
    expect(check({ '#': '$devices/d1/', temp: 'x', fine: '$devices/d1/' }, 'd1')).toHaveLength(2);
  });
});

describe('an alias is accepted', () => {
  test.each([
    '$devices/d1',
    '$devices/d1/',
    '$devices/d1/ev',
    '$devices/d1/events',
    '$devices/d1/events/',
    '$devices/d1/state/bedroom/temp',
    '$devices/{id}/commands',
    '$devices/{id}',
  ])('for %s', (prefix) => {
    expect(check({ 'my/alias/': prefix }, 'd1')).toEqual([]);
  });

  test.each([
    'a',
    '/',
    'd',
    'dev',
    'devices2',
    'registry/',
    'events',
    'температура',
    '__proto__x',
    'a'.repeat(256),
  ])('named %s', (alias) => {
    expect(check({ [alias]: '$devices/d1/events' }, 'd1')).toEqual([]);
  });

  test('before its device has an ID, for any device that it could be', () => {
    expect(check({ a: '$devices/{id}/events', b: '$devices/d7/events' })).toEqual([]);
    expect(check({ a: '$devices/no such/events', b: '$registries/{id}/events' })).toHaveLength(2);
  });
});

describe('{id}', () => {
  test('in a prefix stands for the ID of the device, and in an alias for itself', () => {
    const aliases: [string, string][] = [['{id}/', '$devices/{id}/events/{id}']];
    expect(expandAliases(aliases, 'd1')).toEqual(new Map([['{id}/', '$devices/d1/events/d1']]));
  });
});
