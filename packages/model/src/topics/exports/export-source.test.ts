import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkExportFilter, decideExport, deviceOfExportFilter, type ExportSource } from './export-source.ts';
import { clientEvents, takesEvent } from './exported-events.ts';

const device = { id: 'pump', registryId: 'plant', aliases: new Map([['hall/7', '$devices/pump/events']]) };
const whole: ExportSource = { registryId: 'plant' };
const of = (mqttTopicFilter: string): ExportSource => ({ registryId: 'plant', mqttTopicFilter });

describe('a filter is refused', () => {
  test.each<[string, ExportSource, RegExp]>([
    ['that is none', of('a/#/b'), /topic filter/],
    ['of monitoring', of('$monitoring/+/json'), /not exported/],
    ['of another root', of('$share/a/b'), /Begins with/],
    ['of a foreign registry', of('$registries/other/events'), /not the source/],
    ['of a foreign registry without $', of('registries/other/events'), /not the source/],
    ['of a kind that does not exist', of('$devices/+/telemetry'), /third level/],
    ['that ends before the kind', of('$devices/pump'), /third level/],
    ['of nobody’s own device', of('$me/device/events'), /Give deviceId/],
    ['of nobody’s own', of('$me/+/events'), /Begins with/],
    [
      'of another device than the source',
      { ...of('$devices/other/events'), deviceId: 'pump' },
      /not the source/,
    ],
    [
      'of the registry, where a device is the source',
      { ...of('$registries/+/events'), deviceId: 'pump' },
      /device/,
    ],
    ['of events that there are not', of('$events/born'), /Events are/],
    ['of events of another form', of('$events/+/pump'), /Events are/],
    ['with $, of a broker', { brokerId: 'b', mqttTopicFilter: '$devices/+/events' }, /do not begin/],
  ])('%s', (_, source, reason) => expect(checkExportFilter(source)).toMatch(reason));
});

test.each<[ExportSource]>([
  [whole],
  [of('$devices/+/events/#')],
  [of('$devices/#')],
  [of('devices/pump/state')],
  [of('$registries/plant/+')],
  [of('$me/registry/commands/#')],
  [of('$events/#')],
  [{ brokerId: 'b', mqttTopicFilter: '$events/connected' }],
  [{ ...of('$me/device/events'), deviceId: 'pump' }],
  [of('hall/+/x')],
  [of('#')],
  [{ brokerId: 'b', mqttTopicFilter: 'a/+' }],
])('a filter may be of %j', (source) => expect(checkExportFilter(source)).toBeUndefined());

describe('a message is recorded', () => {
  const topic = '$devices/pump/events/a/b';
  test.each<[string, ExportSource, string | undefined]>([
    ['by an export without a filter, under its full name', whole, topic],
    ['under its full name', of('$devices/+/events/#'), topic],
    ['without $', of('devices/pump/events/+/b'), 'devices/pump/events/a/b'],
    ['under its alias', of('hall/7/#'), 'hall/7/a/b'],
    ['as $me', { ...of('$me/device/events/#'), deviceId: 'pump' }, '$me/device/events/a/b'],
    ['not by another filter', of('$devices/+/events/+'), undefined],
    ['not by another device’s export', { registryId: 'plant', deviceId: 'other' }, undefined],
    ['not by a registry’s topics', of('$registries/plant/events/#'), undefined],
  ])('%s', (_, source, name) =>
    expect(decideExport(source, { topic, device, restLength: undefined }).name).toBe(name),
  );

  test('once, however many aliases fit', () => {
    const aliases = new Map([
      ['a', '$devices/pump/events'],
      ['b', '$devices/pump/events'],
    ]);
    const decision = decideExport(of('+/x'), {
      topic: '$devices/pump/events/x',
      device: { ...device, aliases },
      restLength: undefined,
    });
    expect(decision.name).toBe('a/x');
  });

  test('in a broker, under its only name', () => {
    const source = { brokerId: 'b', mqttTopicFilter: 'a/+' };
    expect(decideExport(source, { topic: 'a/b', device: undefined, restLength: undefined }).name).toBe('a/b');
    expect(
      decideExport(source, { topic: 'a', device: undefined, restLength: undefined }).name,
    ).toBeUndefined();
  });
});

test('topics that share a route are decided alike, or the decision says that it depends', () => {
  const level = fc.constantFrom('a', 'b', '+');
  const filters = fc
    .tuple(
      fc.constantFrom('$devices/pump/events', '$devices/+/+', 'hall/7', '$devices'),
      fc.array(level, { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([head, levels, open]) => [head, ...levels, ...(open ? ['#'] : [])].join('/'));
  const rests = fc
    .array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 3 })
    .map((all) => all.join('/'));
  fc.assert(
    fc.property(filters, rests, rests, (filter, one, other) => {
      const decide = (rest: string) =>
        decideExport(of(filter), { topic: `$devices/pump/events/${rest}`, device, restLength: rest.length });
      const decision = decide(one);
      if (decision.dependsOnRest) return;
      const beginning = (name: string | undefined, rest: string) => name?.slice(0, name.length - rest.length);
      expect(beginning(decide(other).name, other)).toBe(beginning(decision.name, one));
    }),
  );
});

test.each([
  ['$devices/pump/events', 'pump'],
  ['devices/pump/#', 'pump'],
  ['$devices/+/events', undefined],
  ['$registries/plant/events', undefined],
  ['pump/x', undefined],
])('the filter %s names the device %s', (filter, id) => expect(deviceOfExportFilter(filter)).toBe(id));

describe('events of clients', () => {
  const taken = (source: ExportSource, ofDevice?: string) =>
    clientEvents.filter((event) => takesEvent(source, event, ofDevice));

  test('are taken by an export of events alone: all kinds, or those that its filter names', () => {
    expect(taken(of('$events/#'))).toEqual(['connected', 'disconnected', 'refused', 'silent']);
    expect(taken(of('$events/silent'))).toEqual(['silent']);
    for (const messages of [whole, of('#'), of('+/+'), of('$devices/#')]) expect(taken(messages)).toEqual([]);
  });

  test('of a device are those of no other client', () => {
    const ofPump = { ...of('$events/+'), deviceId: 'pump' };
    expect([taken(ofPump, 'pump').length, taken(ofPump, 'other'), taken(ofPump)]).toEqual([4, [], []]);
  });

  test('come without messages', () => {
    for (const restLength of [undefined, 3])
      expect(
        decideExport(of('$events/#'), { topic: '$devices/pump/events/abc', device, restLength }),
      ).toEqual({
        ...{ name: undefined, dependsOnRest: false },
      });
    const inBroker = { topic: 'events/connected', device: undefined, restLength: undefined };
    expect(decideExport({ brokerId: 'b', mqttTopicFilter: '$events/#' }, inBroker).name).toBeUndefined();
  });
});
