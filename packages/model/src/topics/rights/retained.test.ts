import { describe, expect, test } from 'vitest';
import { broker, principalOf, registry } from '../testing/fixture.ts';
import { retainedSelections } from './retained.ts';

const facts = {
  id: 'd1',
  registryId: 'r1',
  aliases: new Map([
    ['my/alias/', '$devices/d1/'],
    ['temp', '$devices/d1x/state/temperature'],
  ]),
};
const device = principalOf(facts);
const ranges = (client: Parameters<typeof retainedSelections>[0], filter: string) =>
  retainedSelections(client, filter, [facts]).map(({ registryId, beginning, exact }) => [
    registryId,
    beginning,
    exact,
  ]);

describe('no retained message is looked for', () => {
  test.each([
    '#',
    'my/alias/#',
    'my/alias/+',
    '$devices/+/commands',
    '$me/registry/commands/#',
    '$monitoring/#',
    'temp',
  ])('with the filter %s of a device', (filter) => {
    expect(ranges(device, filter)).toEqual([]);
  });

  test('in a broker', () => {
    expect(ranges(broker('b1'), '#')).toEqual([]);
    expect(ranges(broker('b1'), 'devices/d1/config')).toEqual([]);
  });
});

describe('retained messages are looked for', () => {
  test('at one topic for a filter without wildcards, in any notation', () => {
    const exact = [['r1', '$devices/d1/config/a', true]];
    for (const filter of [
      '$devices/d1/config/a',
      'devices/d1/config/a',
      '$me/device/config/a',
      'my/alias/config/a',
    ]) {
      expect(ranges(device, filter), filter).toEqual(exact);
    }
  });

  test('in the narrowest range of topics that a filter with wildcards covers', () => {
    expect(ranges(registry('r1'), '$devices/#')).toEqual([['r1', '$devices/', false]]);
    expect(ranges(registry('r1'), '$devices/d1/#')).toEqual([['r1', '$devices/d1', false]]);
    expect(ranges(registry('r1'), 'devices/d1/state/a/+/c')).toEqual([['r1', '$devices/d1/state/a/', false]]);
    expect(ranges(device, '$devices/#')).toEqual([['r1', '$devices/d1/config', false]]);
    expect(ranges(device, '$me/#')).toEqual([
      ['r1', '$devices/d1/config', false],
      ['r1', '$registries/r1/config', false],
    ]);
  });
});

describe('a stored topic', () => {
  test('is named as the filter names it, and left out if the filter or the rights do not cover it', () => {
    const [selection] = retainedSelections(device, '$me/device/+/a', [facts]);
    expect(selection?.nameOf('$devices/d1/config/a')).toBe('$me/device/config/a');
    expect(selection?.nameOf('$devices/d1/config/b')).toBeUndefined();
    expect(selection?.nameOf('$devices/d1/state/a')).toBeUndefined();
    expect(selection?.nameOf('$devices/d12/config/a')).toBeUndefined();
  });
});
