import { describe, expect, test } from 'vitest';
import { limits } from '../../limits.ts';
import { broker, principalOf, registry } from '../testing/fixture.ts';
import { filterLookup, grantFilter } from './grant.ts';
import { aliasLookupLimit } from './lookup.ts';

const facts = { id: 'd1', registryId: 'r1', aliases: new Map([['my/alias/', '$devices/d1/']]) };
const device = principalOf(facts);
const namespaces = (client: Parameters<typeof grantFilter>[0], filter: string) =>
  grantFilter(client, filter, [facts])?.map(({ namespace }) => namespace);

describe('a filter is refused', () => {
  test.each([
    ...[
      '',
      'a#',
      '$devices/d1/a+',
      '$devices/+',
      '$registries/+',
      '$devices/d1',
      '$devices',
      '$me/+',
      '$me/device',
    ],
    ...[
      '$SYS/#',
      '$share/g/my/alias/#',
      '$monitoring/+',
      '$monitoring/d1/json/x',
      '$monitoring/d1/#/x',
      '$me',
    ],
    ...[
      '$devices/d2/commands',
      '$registries/r2/#',
      '$devices/+/events',
      'my/alias/events',
      'my/alias',
      'unknown/#',
    ],
    ...['$me/device/events', '$me/registry/state/#', '$monitoring/d2/json', 'devices/+', 'devices', '$/#'],
  ])('to a device: %j', (filter) => {
    expect(namespaces(device, filter)).toBeUndefined();
  });

  test.each([
    ...[
      '$devices/+',
      '$registries/+',
      '$devices/d1',
      '$devices/d1/commands',
      '$devices/+/config/#',
      '$registries/r2/#',
    ],
    ...[
      '$devices/d2/events',
      '$monitoring/d2/json',
      '$me/device/#',
      '$me/monitoring/json',
      '$me/registry/commands',
    ],
    ...['my/alias/commands', 'my/ali', 'unknown', 'unknown/#', '$devices//events', '$devices/D1/events'],
  ])('to a registry: %j', (filter) => {
    expect(namespaces(registry('r1'), filter)).toBeUndefined();
  });

  test.each(['$SYS/#', '$devices/#', '$share/g/a', 'a#'])('to a broker: %j', (filter) => {
    expect(namespaces(broker('b1'), filter)).toBeUndefined();
  });

  test('by the alias of another device, or of another registry, even if those are known', () => {
    const neighbour = { kind: 'device', id: 'd2', registryId: 'r1' } as const;
    expect(namespaces(neighbour, 'my/alias/commands')).toBeUndefined();
    expect(namespaces(registry('r2'), 'my/alias/#')).toBeUndefined();
  });

  test('beyond 1,024 characters after the kind, in any notation', () => {
    const longest = 'я'.repeat(limits.subtopic.max);
    for (const filter of [
      '$devices/+/state/',
      'devices/d1/events/',
      '$me/registry/state/',
      'my/alias/events/',
    ]) {
      expect(namespaces(registry('r1'), filter + longest), filter).toBeDefined();
      expect(namespaces(registry('r1'), `${filter + longest}я`), filter).toBeUndefined();
    }
  });
});

describe('a filter is granted', () => {
  test('in the namespace of each reader group that can read it, in its notation', () => {
    expect(namespaces(device, '$me/#')).toEqual(['device.me.d1', 'devices.me.r1', 'own-monitoring.me.d1']);
    expect(namespaces(device, '$me/+/config')).toEqual(['device.me.d1', 'devices.me.r1']);
    expect(namespaces(device, 'devices/#')).toEqual(['device.bare.d1']);
    expect(namespaces(device, '$monitoring/#')).toEqual(['monitoring.full.r1']);
    expect(namespaces(device, '#')).toEqual(['device.alias.d1']);
    expect(namespaces(registry('r1'), '$devices/#')).toEqual(['registry.full.r1']);
    expect(namespaces(registry('r1'), '+/alias/+')).toEqual(['registry.alias.r1']);
    expect(namespaces(broker('b1'), '#')).toEqual(['broker.full.b1']);
  });

  test('in an empty registry if what it leaves open may come later, and not if it names what does not exist', () => {
    expect(grantFilter(registry('r1'), '$devices/+/events', [])).toBeDefined();
    expect(grantFilter(registry('r1'), '#', [])).toBeDefined();
    expect(grantFilter(registry('r1'), '$devices/d1/events', [])).toBeUndefined();
    expect(grantFilter(registry('r1'), 'my/alias/#', [])).toBeUndefined();
  });

  test('to a registry unseen if more devices than are looked at have an alias that begins so', () => {
    const many = Array.from({ length: aliasLookupLimit }, (_, index) => ({
      id: `d${index}`,
      registryId: 'r1',
      aliases: new Map([[`my/${index}/`, `$devices/d${index}/`]]),
    }));
    expect(grantFilter(registry('r1'), 'my/+/commands', many.slice(1))).toBeUndefined();
    expect(grantFilter(registry('r1'), 'my/+/commands', many)).toEqual([
      { namespace: 'registry.alias.r1', filter: 'my/+/commands' },
    ]);
  });
});

describe('what must be looked up', () => {
  test('is the device that a filter names, and nothing if it names none or the subscriber', () => {
    expect(filterLookup(registry('r1'), 'devices/d1/events')).toEqual({ by: 'id', deviceId: 'd1' });
    expect(filterLookup(device, '$monitoring/d2/json')).toEqual({ by: 'id', deviceId: 'd2' });
    expect(filterLookup(device, '$monitoring/d1/json')).toEqual({ by: 'nothing' });
    expect(filterLookup(registry('r1'), '$devices/#')).toEqual({ by: 'nothing' });
    expect(filterLookup(registry('r1'), '#')).toEqual({ by: 'nothing' });
    expect(filterLookup(registry('r1'), "$devices/' OR 1=1/events")).toBeUndefined();
  });

  test('is what an alias could be, for a filter in that notation', () => {
    expect(filterLookup(device, 'my/+')).toEqual({ by: 'id', deviceId: 'd1' });
    const byAlias = { by: 'alias', registryId: 'r1' };
    expect(filterLookup(registry('r1'), 'my/x')).toEqual({
      ...byAlias,
      candidates: ['m', 'my', 'my/', 'my/x'],
      beginning: undefined,
    });
    expect(filterLookup(registry('r1'), 'my/+')).toEqual({
      ...byAlias,
      candidates: ['m', 'my', 'my/'],
      beginning: 'my/',
    });
  });
});
