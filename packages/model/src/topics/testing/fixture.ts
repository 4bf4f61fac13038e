/** Small fixtures for tests: a few registries, devices with aliases, and texts that are likely to mean something there. */
import fc from 'fast-check';
import { checkAliases } from '../names/alias-rules.ts';
import { aliasesConflict } from '../names/aliases.ts';
import type { BrokerPrincipal, DeviceFacts, DevicePrincipal, RegistryPrincipal } from '../principal.ts';

export interface Fixture {
  readonly devices: readonly DeviceFacts[];
}

export const registryIds = ['r1', 'r2'];
/** `d1` and `d12` share a beginning, which a replacement of strings could mix up. */
const deviceIds: readonly (readonly [string, string])[] = [
  ['d1', 'r1'],
  ['d12', 'r1'],
  ['d3', 'r2'],
];
export const brokers = ['b1', 'b2'];
const kinds = ['events', 'state', 'commands', 'config'];

export const registry = (id: string): RegistryPrincipal => ({ kind: 'registry', id });
export const broker = (id: string): BrokerPrincipal => ({ kind: 'broker', id });
export const principalOf = ({ id, registryId }: DeviceFacts): DevicePrincipal => ({
  kind: 'device',
  id,
  registryId,
});

/** Every kind of client of a registry in this fixture. */
export function membersOf(fixture: Fixture): (DevicePrincipal | RegistryPrincipal)[] {
  return [...registryIds.map(registry), ...fixture.devices.map(principalOf)];
}

const aliasText = fc.oneof(
  fc.constantFrom(
    'my/alias/',
    'temp',
    'dev',
    'd',
    'device',
    'events',
    '/',
    '/a',
    'a/b',
    'x/',
    'x/y',
    'registries1',
  ),
  fc
    .array(fc.constantFrom('a', 'b', '/', 'd'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('')),
);
const prefixText = fc
  .tuple(
    fc.constantFrom('', '/', '/ev', '/st', '/co', '/con', '/events', '/state', '/commands', '/config'),
    fc.constantFrom('', '/', '/a', '/a/', '/a/b', '/ices/x'),
  )
  .map(([kind, subtopic]) => (kinds.includes(kind.slice(1)) ? kind + subtopic : kind));

/** A fixture in which every alias is one that the rules allow. */
export const fixtures: fc.Arbitrary<Fixture> = fc
  .array(fc.tuple(fc.nat(deviceIds.length - 1), aliasText, prefixText), { maxLength: 8 })
  .map((candidates) => {
    const devices = deviceIds.map(([id, registryId]) => ({
      id,
      registryId,
      aliases: new Map<string, string>(),
    }));
    for (const [index, alias, behindId] of candidates) {
      const device = devices[index];
      if (device === undefined) continue;
      const taken = devices
        .filter(({ registryId }) => registryId === device.registryId)
        .flatMap(({ aliases }) => [...aliases.keys()]);
      const wanted = [...device.aliases, [alias, `$devices/${device.id}${behindId}`] as const];
      const isFree = !taken.some((other) => aliasesConflict(alias, other));
      if (isFree && checkAliases(wanted, device.id).length === 0)
        device.aliases.set(alias, wanted.at(-1)?.[1] ?? '');
    }
    return { devices };
  });

/** Levels that topics and filters of these fixtures are made of. */
const level = fc.constantFrom(...kinds, 'a', 'b', '', 'json', 'd1', 'd12', 'r1', 'x');
const beginnings = fc.oneof(
  fc.constantFrom(
    ...[
      '$devices/d1/',
      '$devices/d12/',
      '$devices/d3/',
      '$devices/nobody/',
      '$registries/r1/',
      '$registries/r2/',
    ],
    ...['devices/d1/', 'devices/d12/', 'devices/d3/', 'registries/r1/', 'registries/r2/'],
    ...['$me/device/', '$me/registry/', '$me/monitoring/', '$monitoring/d1/', '$monitoring/d3/', '$SYS/', ''],
  ),
  aliasText,
);

/** A topic name in any form, which may mean something or not. */
export const topicNames: fc.Arbitrary<string> = fc
  .tuple(beginnings, fc.array(level, { maxLength: 3 }))
  .map(([beginning, levels]) => beginning + levels.join('/'))
  .filter((topic) => topic !== '');

/** The full name of a topic that exists, more often than not with a subtopic that some alias could stand for. */
export const fullTopics: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('$devices/d1/', '$devices/d12/', '$devices/d3/', '$registries/r1/', '$registries/r2/'),
    fc.constantFrom(...kinds, 'state', 'config'),
    fc.constantFrom('', '', '/', '/a', '/ab', '/a/', '/a/b', '/b', '/ices/x', '/ices/x/events'),
  )
  .map((parts) => parts.join(''));

/** Replaces at most two levels by `+`, and perhaps the end by `#`. */
export const wildcards: fc.Arbitrary<(topic: string) => string> = fc
  .tuple(fc.array(fc.nat(5), { maxLength: 2 }), fc.option(fc.nat(5)))
  .map(([pluses, hash]) => (topic) => {
    const levels = topic.split('/');
    const kept = levels
      .slice(0, hash === null ? levels.length : hash)
      .map((text, index) => (pluses.includes(index) ? '+' : text));
    return (hash === null ? kept : [...kept, '#']).join('/');
  });

export const topicFilters: fc.Arbitrary<string> = fc
  .tuple(topicNames, wildcards)
  .map(([topic, replaceLevels]) => replaceLevels(topic));
