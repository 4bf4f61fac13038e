/**
 * Subscribing: which namespaces a filter is put into, or that it is refused. A filter is granted when it can match a topic
 * that its subscriber may receive. What a filter names must exist (the device, the beginning of an alias); what it leaves
 * to a wildcard need not: `$devices/+/events` and `#` are granted in an empty registry, and receive what comes later.
 */
import { isId } from '../../fields/ids.ts';
import {
  aliasNotation,
  isSubtopicWithinLimit,
  type NotationRule,
  notationOf,
  toFull,
} from '../names/notation.ts';
import { hasWildcard, intersects, isTopicFilter, matchesSomeBeginningWith } from '../names/syntax.ts';
import { aliasOwners, type DeviceFacts, type Member, type Principal, registryOf } from '../principal.ts';
import { aliasLookup, aliasLookupLimit, type DeviceLookup, noLookup } from './lookup.ts';
import {
  brokerNamespace,
  deviceReaders,
  type NamespaceFilter,
  namespaceOf,
  type ReaderGroup,
  registryReaders,
} from './reader-groups.ts';
import { intersectingPatterns } from './written-patterns.ts';

/** Which devices `grantFilter` must be given; undefined: the filter is refused, whatever they are. */
export function filterLookup(principal: Principal, filter: string): DeviceLookup | undefined {
  if (!isTopicFilter(filter)) return undefined;
  if (principal.kind === 'broker') return filter.startsWith('$') ? undefined : noLookup;
  if (notationOf(filter) === 'alias')
    return beginsWithWildcard(filter) ? noLookup : aliasLookup(principal, filter);
  if (namespacesHearing(principal, filter).length === 0) return undefined;
  const deviceId = namedDevice(filter);
  if (deviceId === undefined) return noLookup;
  if (principal.kind === 'device' && deviceId === principal.id) return noLookup;
  return isId(deviceId) ? { by: 'id', deviceId } : undefined;
}

/**
 * Grants a filter: the namespaces it is subscribed in, at least one. `devices` are those that `filterLookup` asked for, as
 * far as they exist. Undefined: refused, SUBACK 0x80.
 */
export function grantFilter(
  principal: Principal,
  filter: string,
  devices: readonly DeviceFacts[],
): readonly NamespaceFilter[] | undefined {
  const lookup = filterLookup(principal, filter);
  if (lookup === undefined) return undefined;
  if (principal.kind === 'broker') return [{ namespace: brokerNamespace(principal.id), filter }];
  if (notationOf(filter) === 'alias') {
    const granted = beginsWithWildcard(filter) || canHearByAlias(principal, filter, devices);
    return granted ? [{ namespace: namespaceOf(aliasReaders(principal), 'alias'), filter }] : undefined;
  }
  if (lookup.by === 'id' && !isMember(registryOf(principal), lookup.deviceId, devices)) return undefined;
  return namespacesHearing(principal, filter).map((namespace) => ({ namespace, filter }));
}

/** The namespaces in which a filter in any notation but an alias can match a topic. */
function namespacesHearing(member: Member, filter: string): string[] {
  const notation = notationOf(filter);
  if (notation === undefined || !isFilterWithinLimit(filter)) return [];
  return [...new Set(intersectingPatterns(member, notation, filter).map(({ namespace }) => namespace))];
}

/** The device whose topics or monitoring a filter names; undefined if it names none. */
function namedDevice(filter: string): string | undefined {
  const [root, id] = filter.split('/');
  const isDevices = root === '$devices' || root === 'devices' || root === '$monitoring';
  return isDevices && id !== undefined && !hasWildcard(id) ? id : undefined;
}

function isMember(registryId: string, deviceId: string, devices: readonly DeviceFacts[]): boolean {
  return devices.some((device) => device.id === deviceId && device.registryId === registryId);
}

function beginsWithWildcard(filter: string): boolean {
  return filter.startsWith('+') || filter.startsWith('#');
}

function aliasReaders(member: Member): ReaderGroup {
  return member.kind === 'device' ? deviceReaders(member.id) : registryReaders(member.id);
}

function canHearByAlias(member: Member, filter: string, devices: readonly DeviceFacts[]): boolean {
  const owners = aliasOwners(member, devices);
  return (
    owners.length >= aliasLookupLimit ||
    owners.some((device) =>
      aliasNotation(device.aliases).some((rule) => canHearWritten(member, device, rule, filter)),
    )
  );
}

/** Can the filter match a name that this alias gives to a topic of the device which the client may receive? */
function canHearWritten(member: Member, device: DeviceFacts, rule: NotationRule, filter: string): boolean {
  const resolved = toFull(rule, filter);
  if (resolved !== undefined && !isFilterWithinLimit(resolved)) return false;
  return aliasReaders(member).hears.some(({ pattern }) => {
    const topics = pattern.replace('/+/', () => `/${device.id}/`);
    // An alias of a subtopic, or of its beginning: whatever string follows it is a name that it gives.
    if (rule.full.startsWith(topics.slice(0, -'#'.length))) {
      return matchesSomeBeginningWith(filter, rule.written);
    }
    const isWhole = topics.startsWith(rule.full);
    return isWhole && intersects(filter, rule.written + topics.slice(rule.full.length));
  });
}

/** What follows the third level of a filter is the subtopic, as in a topic. */
function isFilterWithinLimit(filter: string): boolean {
  const [, , , ...subtopic] = filter.split('/');
  return isSubtopicWithinLimit(subtopic.join('/'));
}
