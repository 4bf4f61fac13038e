import { describe, expect, test } from 'vitest';
import { limits } from '../../limits.ts';
import { broker, principalOf, registry } from '../testing/fixture.ts';
import { routeMonitoring, routeTopic, topicLookup } from './route.ts';

const facts = {
  id: 'd1',
  registryId: 'r1',
  aliases: new Map([
    ['temp', '$devices/d1/state/bedroom/temperature'],
    ['deep/', `$devices/d1/events/${'x/'.repeat(150)}`],
  ]),
};
const device = principalOf(facts);
const names = (topic: string) => routeTopic(device, topic, [facts])?.destinations.map((it) => it.topic);

describe('a publication is refused', () => {
  test.each([
    ...[
      '',
      '#',
      '+/events',
      '$devices/d1/+',
      'a\0',
      '$',
      '$devices',
      '$devices/',
      '$devices/d1',
      '$devices/d1/',
    ],
    ...[
      '$devices/d1/eventsX',
      '$devices/d1/Events',
      '$Devices/d1/events',
      '$devices//events',
      '/devices/d1/events',
    ],
    ...[
      '$devices/d1/events2/a',
      '$registries/r1',
      '$registries//events',
      '$SYS/broker',
      '$share/g/temp',
      '$me/events',
    ],
    ...[
      '$me/device',
      '$me/device/commands',
      '$me/monitoring/json',
      '$monitoring/d1/json',
      'monitoring/d1/json',
    ],
    ...['$$devices/d1/events', 'tem', 'unknown', '__proto__', 'constructor', 'toString/x'],
  ])('by a device to %j', (topic) => {
    expect(routeTopic(device, topic, [facts])).toBeUndefined();
  });

  test('to a device that does not exist, or is of another registry', () => {
    expect(routeTopic(registry('r1'), '$devices/d2/commands', [])).toBeUndefined();
    expect(routeTopic(registry('r2'), '$devices/d1/commands', [facts])).toBeUndefined();
    expect(routeTopic(registry('r2'), 'temp', [facts])).toBeUndefined();
  });

  test('by the alias of another device, or of another registry, even if those are known', () => {
    const neighbour = { kind: 'device', id: 'd2', registryId: 'r1' } as const;
    expect(routeTopic(neighbour, 'temp', [facts])).toBeUndefined();
    const commands = { id: 'd3', registryId: 'r2', aliases: new Map([['do', '$devices/d1/commands']]) };
    expect(routeTopic(registry('r1'), 'do', [commands, facts])).toBeUndefined();
  });

  test('by a broker to whatever begins with $', () => {
    expect(routeTopic(broker('b1'), '$SYS', [])).toBeUndefined();
    expect(topicLookup(broker('b1'), '$SYS')).toBeUndefined();
  });

  test('beyond 1,024 characters after the kind, in any notation', () => {
    const longest = 'я'.repeat(limits.subtopic.max);
    for (const beginning of [
      '$devices/d1/events/',
      'devices/d1/events/',
      '$me/device/events/',
      '$me/registry/state/',
    ]) {
      expect(names(beginning + longest), beginning).toBeDefined();
      expect(names(`${beginning + longest}я`), beginning).toBeUndefined();
    }
    const behindTemp = limits.subtopic.max - 'bedroom/temperature'.length;
    expect(names(`temp${'x'.repeat(behindTemp)}`)).toBeDefined();
    expect(names(`temp${'x'.repeat(behindTemp + 1)}`)).toBeUndefined();
  });

  test('if an alias makes it deeper than 200 levels', () => {
    expect(names(`deep/${'x/'.repeat(40)}`)).toBeDefined();
    expect(names(`deep/${'x/'.repeat(60)}`)).toBeUndefined();
  });
});

describe('a message goes out', () => {
  test('under every name that its reader may hear it by', () => {
    expect(names('temp/max')).toEqual([
      '$devices/d1/state/bedroom/temperature/max',
      'devices/d1/state/bedroom/temperature/max',
      'temp/max',
    ]);
    expect(names('$registries/r1/events')).toEqual([
      '$registries/r1/events',
      'registries/r1/events',
      '$me/registry/events',
    ]);
  });

  test('the same way, whatever name it was published under', () => {
    const routes = ['$me/device/state/bedroom/temperature', 'temp', 'devices/d1/state/bedroom/temperature'];
    const expected = routeTopic(device, '$devices/d1/state/bedroom/temperature', [facts]);
    for (const topic of routes) expect(routeTopic(device, topic, [facts])).toEqual(expected);
  });

  test('with an empty level, a trailing slash and spaces as they are', () => {
    expect(names('$devices/d1/events/')).toContain('$devices/d1/events/');
    expect(names('$devices/d1/events//a b/')).toContain('$devices/d1/events//a b/');
  });

  test('in one namespace for a broker', () => {
    const prefix = { length: 8, maxRestBytes: limits.topic.max - 8 };
    const route = { topic: 'devices/d1/events', permanent: undefined, prefix };
    const destinations = [{ namespace: 'broker.full.b1', topic: 'devices/d1/events' }];
    expect(routeTopic(broker('b1'), 'devices/d1/events', [])).toEqual({ ...route, destinations });
  });
});

describe('a message is stored', () => {
  test('under the full name of a permanent topic, with the device that it belongs to', () => {
    const topic = '$devices/d1/state/bedroom/temperature';
    expect(routeTopic(device, 'temp', [facts])?.permanent).toEqual({
      registryId: 'r1',
      deviceId: 'd1',
      topic,
    });
    expect(routeTopic(device, '$me/registry/state', [])?.permanent).toEqual({
      registryId: 'r1',
      deviceId: undefined,
      topic: '$registries/r1/state',
    });
  });

  test('not on events and commands, monitoring, and brokers', () => {
    expect(routeTopic(device, '$devices/d1/events/state', [facts])?.permanent).toBeUndefined();
    expect(routeTopic(registry('r1'), '$devices/d1/commands', [facts])?.permanent).toBeUndefined();
    expect(routeTopic(broker('b1'), 'devices/d1/state', [])?.permanent).toBeUndefined();
    expect(routeMonitoring(facts).permanent).toBeUndefined();
  });
});

describe('what must be looked up', () => {
  test('is nothing for a topic that is refused whatever exists', () => {
    expect(topicLookup(device, '$devices/d2/events')).toBeUndefined();
    expect(topicLookup(registry('r1'), '$devices/d1/events')).toBeUndefined();
    expect(topicLookup(registry('r1'), '$registries/r2/commands')).toBeUndefined();
    expect(topicLookup(registry('r1'), "$devices/' OR 1=1/commands")).toBeUndefined();
    expect(topicLookup(device, 'a/#')).toBeUndefined();
  });

  test('is nothing for topics of the registry and of brokers', () => {
    expect(topicLookup(device, '$me/registry/events')).toEqual({ by: 'nothing' });
    expect(topicLookup(broker('b1'), 'a')).toEqual({ by: 'nothing' });
  });

  test('is the device whose topic it is, or whose alias it may be', () => {
    expect(topicLookup(registry('r1'), 'devices/d1/config')).toEqual({ by: 'id', deviceId: 'd1' });
    expect(topicLookup(device, '$me/device/events')).toEqual({ by: 'id', deviceId: 'd1' });
    expect(topicLookup(device, 'a/b')).toEqual({ by: 'id', deviceId: 'd1' });
    expect(topicLookup(registry('r1'), 'a/b')).toEqual({
      by: 'alias',
      registryId: 'r1',
      candidates: ['a', 'a/', 'a/b'],
      beginning: undefined,
    });
  });
});
