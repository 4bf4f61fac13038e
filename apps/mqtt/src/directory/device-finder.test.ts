import { type DeviceFacts, filterLookup } from '@iotcore/model';
import { beforeEach, expect, test } from 'vitest';
import { RecentChanges } from '../caching/recent-changes.ts';
import { type Asker, aliasesKey, DeviceDirectory } from './device-directory.ts';
import { findDevices } from './device-finder.ts';

const registryId = 'arer';
/** A tenant that may look up as much as it likes. */
const tenant: Asker = { key: `registry:${registryId}`, lookUp: (load) => load() };
const lamp = (aliases: Record<string, string>): DeviceFacts => ({
  id: 'lamp',
  registryId,
  aliases: new Map(Object.entries(aliases)),
});

let stored: DeviceFacts;
let asked: number;
let changes: RecentChanges;
let directory: DeviceDirectory;

beforeEach(() => {
  stored = lamp({ 'hall/': '$devices/lamp/commands/' });
  asked = 0;
  changes = new RecentChanges();
  directory = new DeviceDirectory(changes, async () => stored);
});

function find(filter: string, registry = registryId) {
  const lookup = filterLookup({ kind: 'registry', id: registry }, filter);
  if (lookup?.by !== 'alias') throw new Error(`${filter} is written with no alias`);
  const findAliasOwners = async () => {
    asked++;
    const isOwner = registry === registryId && lookup.candidates.some((alias) => stored.aliases.has(alias));
    return isOwner ? [stored.id] : [];
  };
  return findDevices({ directory, findAliasOwners }, lookup, tenant);
}

/** What the change feed does when a device's aliases were written. */
function changeAliases(facts: DeviceFacts): void {
  stored = facts;
  changes.touch(aliasesKey(facts.id));
  directory.forget(facts.id);
}

test('that nobody has an alias is not kept: it may be given the next moment', async () => {
  expect(await find('attic/on')).toEqual([]);
  changeAliases(lamp({ 'attic/': '$devices/lamp/commands/' }));
  expect(await find('attic/on')).toMatchObject([{ facts: { id: 'lamp' } }]);
});

test('an alias that was taken from its device finds it no more', async () => {
  expect(await find('hall/on')).toHaveLength(1);
  changeAliases(lamp({}));
  expect(await find('hall/on')).toEqual([]);
});

test('nothing is kept across a lost connection to the change feed', async () => {
  await find('hall/on');
  changes.touchAll();
  directory.clear();
  stored = lamp({});
  expect(await find('hall/on')).toEqual([]);
});

test('an owner known in one registry is not known in another', async () => {
  await find('hall/on');
  expect(await find('hall/on', 'areother')).toEqual([]);
});

test('a device that no longer shows the alias is not kept as its owner', async () => {
  const before = stored;
  const answer = find('hall/on');
  stored = lamp({});
  expect(await answer).toHaveLength(1);
  stored = before;
  await find('hall/on');
  expect(asked).toBe(2);
});

test('filters with wildcards are asked for each time: they may fit many devices', async () => {
  await find('hall/#');
  await find('hall/#');
  expect(asked).toBe(2);
});

test('the owner of an alias is asked for once for each topic, and then known at once', async () => {
  const [first] = await find('hall/on');
  expect(find('hall/on')).toEqual([first]);
  expect(asked).toBe(1);
});

test('what was found by two who looked at the same time rests on one basis, which a change makes stale', async () => {
  const found = await Promise.all([directory.get('lamp', tenant), directory.get('lamp', tenant)]);
  expect(found.map((known) => known?.basis.stale)).toEqual([false, false]);
  changeAliases(lamp({}));
  expect(found.map((known) => known?.basis.stale)).toEqual([true, true]);
});
