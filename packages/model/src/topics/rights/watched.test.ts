import { describe, expect, test } from 'vitest';
import { publisherOf, watchedFilters } from './watched.ts';

const device = { kind: 'device', id: 'ared1', registryId: 'arer1' } as const;
const registry = { kind: 'registry', id: 'arer1' } as const;

describe('a live view', () => {
  test('of a device with a filter that is not about it has no rights of its registry', () => {
    for (const filter of ['$devices/ared2/#', '$devices/+/events', '#', '$devices/ared1'])
      expect(watchedFilters(device, filter)).toEqual([{ as: device, filter }]);
  });

  test('of a device shows what it hears, and what its registry hears of it alone', () => {
    expect(watchedFilters(device, undefined)).toEqual([
      ...['commands', 'config'].map((kind) => ({ as: device, filter: `$devices/ared1/${kind}/#` })),
      ...['commands', 'config'].map((kind) => ({ as: device, filter: `$registries/arer1/${kind}/#` })),
      ...['events', 'state'].map((kind) => ({ as: registry, filter: `$devices/ared1/${kind}/#` })),
    ]);
    const filter = '$devices/ared1/events/hot';
    expect(watchedFilters(device, filter)).toEqual([
      { as: device, filter },
      { as: registry, filter },
    ]);
  });

  test('of a registry or broker shows what it hears', () => {
    expect(watchedFilters(registry, undefined).map(({ filter }) => filter)).toEqual([
      '$devices/+/events/#',
      '$devices/+/state/#',
      '$registries/arer1/events/#',
      '$registries/arer1/state/#',
    ]);
    const broker = { kind: 'broker', id: 'areb1' } as const;
    expect(watchedFilters(broker, undefined)).toEqual([{ as: broker, filter: '#' }]);
  });
});

test.each([
  ['$devices/are00000000000000001/events', { kind: 'device', id: 'are00000000000000001' }],
  ['$devices/are00000000000000001/config/a', { kind: 'registry' }],
  ['$registries/are00000000000000001/commands', { kind: 'registry', id: 'are00000000000000001' }],
  ['$registries/are00000000000000001/events', { kind: 'device' }],
  ['my/alias', undefined],
  ['$monitoring/are00000000000000001/json', undefined],
])('%s is published by %j', (topic, publisher) => {
  expect(publisherOf(topic)).toEqual(publisher);
});
