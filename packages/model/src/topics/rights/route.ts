/** Publishing: which topic a client means, whether it may, and under which names the message goes out. */
import { isId } from '../../fields/ids.ts';
import { limits } from '../../limits.ts';
import { isSubtopicWithinLimit, notationOf, toWritten } from '../names/notation.ts';
import { resolveTopic } from '../names/resolve.ts';
import { isTopicName } from '../names/syntax.ts';
import { type DeviceFacts, type Member, type Principal, registryOf } from '../principal.ts';
import { monitoringTopic, readFullTopic, type TopicAddress } from '../topic-table.ts';
import { aliasLookup, type DeviceLookup, noLookup } from './lookup.ts';
import {
  brokerNamespace,
  type Destination,
  deviceReaders,
  monitoringReaders,
  namespaceOf,
  ownMonitoringReaders,
  type ReaderGroup,
  registryDeviceReaders,
  registryReaders,
} from './reader-groups.ts';

/** Where a message goes. */
export interface TopicRoute {
  /** The topic's full name; for a broker its only one. */
  readonly topic: string;
  /** One for each name under which somebody may receive it. */
  readonly destinations: readonly Destination[];
  /** Set if the last message of the topic is stored. */
  readonly permanent: PermanentTopic | undefined;
  /** Set if other topics have the same route. */
  readonly prefix?: RoutePrefix | undefined;
}

/**
 * What a route depends on, if that is not the whole topic. Every topic with the same first `length` characters, the last
 * of them a slash, followed by at most `maxRestBytes` of ASCII, has the same route: each destination ends in a slash and
 * the rest of the topic that was routed, which is replaced by the other topic's rest.
 */
export interface RoutePrefix {
  readonly length: number;
  readonly maxRestBytes: number;
}

/** What the retained message of a permanent topic is kept under. */
export interface PermanentTopic {
  readonly registryId: string;
  /** The device whose topic it is, and with which it goes; undefined for a registry's topic. */
  readonly deviceId: string | undefined;
  /** The full name. */
  readonly topic: string;
}

/** Which devices `routeTopic` must be given; undefined: publishing is not allowed, whatever they are. */
export function topicLookup(principal: Principal, topic: string): DeviceLookup | undefined {
  if (!isTopicName(topic)) return undefined;
  if (principal.kind === 'broker') return topic.startsWith('$') ? undefined : noLookup;
  if (notationOf(topic) === 'alias') return aliasLookup(principal, topic);
  const address = addressOf(resolveTopic(principal, topic, []));
  if (address === undefined || !mayPublish(principal, address)) return undefined;
  return address.row.root === 'devices' ? { by: 'id', deviceId: address.ownerId } : noLookup;
}

/**
 * Routes a publication. `devices` are those that `topicLookup` asked for, as far as they exist. Undefined: not allowed,
 * or no such topic.
 */
export function routeTopic(
  principal: Principal,
  topic: string,
  devices: readonly DeviceFacts[],
): TopicRoute | undefined {
  if (!isTopicName(topic)) return undefined;
  if (principal.kind === 'broker') return routeInBroker(principal.id, topic);
  const address = addressOf(resolveTopic(principal, topic, devices));
  if (address === undefined || !mayPublish(principal, address)) return undefined;
  const registryId = registryOf(principal);
  if (address.row.root === 'registries') return routeInRegistry(registryId, topic, address, undefined);
  const device = devices.find(({ id }) => id === address.ownerId);
  if (device?.registryId !== registryId) return undefined;
  return routeInRegistry(registryId, topic, address, device);
}

/** The route of a device's monitoring, which only the server publishes. */
export function routeMonitoring(device: { readonly id: string; readonly registryId: string }): TopicRoute {
  const topic = monitoringTopic(device.id);
  const groups = [monitoringReaders(device.registryId), ownMonitoringReaders(device.id)];
  return {
    topic,
    destinations: groups.flatMap((group) => destinationsFor(group, topic)),
    permanent: undefined,
  };
}

function routeInBroker(brokerId: string, topic: string): TopicRoute | undefined {
  if (topic.startsWith('$')) return undefined;
  const length = topic.indexOf('/') + 1;
  return {
    topic,
    destinations: [{ namespace: brokerNamespace(brokerId), topic }],
    permanent: undefined,
    prefix:
      length === 0
        ? undefined
        : { length, maxRestBytes: limits.topic.max - Buffer.byteLength(topic.slice(0, length)) },
  };
}

function routeInRegistry(
  registryId: string,
  written: string,
  address: TopicAddress,
  device: DeviceFacts | undefined,
): TopicRoute {
  const { topic, row } = address;
  const destinations = destinationsFor(readersOf(row.reader, registryId, device), topic);
  const permanent = row.permanent ? { registryId, deviceId: device?.id, topic } : undefined;
  return { topic, destinations, permanent, prefix: routePrefixOf(written, address, device) };
}

/** The subtopic, unless the topic was written with an alias, or an alias of the device looks at the subtopic. */
function routePrefixOf(
  written: string,
  { topic, row, subtopic }: TopicAddress,
  device: DeviceFacts | undefined,
): RoutePrefix | undefined {
  if (row.permanent || subtopic === undefined || notationOf(written) === 'alias') return undefined;
  const beginning = topic.slice(0, topic.length - subtopic.length);
  for (const [alias, prefix] of device?.aliases ?? []) {
    if (prefix.length > beginning.length && prefix.startsWith(beginning)) return undefined;
    // Without a slash, what follows decides whether it reads as another notation: an alias `dev` and `ices/…`.
    const isNotationOpen =
      beginning.startsWith(prefix) && !(alias + beginning.slice(prefix.length)).includes('/');
    if (isNotationOpen) return undefined;
  }
  return { length: written.length - subtopic.length, maxRestBytes: limits.subtopic.max };
}

function readersOf(
  reader: 'device' | 'registry',
  registryId: string,
  device: DeviceFacts | undefined,
): ReaderGroup {
  if (reader === 'registry') return registryReaders(registryId, device);
  return device === undefined ? registryDeviceReaders(registryId) : deviceReaders(device.id, device);
}

function destinationsFor(group: ReaderGroup, full: string): Destination[] {
  return group.rules.flatMap((rule) => {
    const topic = toWritten(rule, full);
    return topic === undefined ? [] : [{ namespace: namespaceOf(group, rule.notation), topic }];
  });
}

/** An alias may have made a topic longer or deeper than the one that was written, so the limits are asked again. */
function addressOf(full: string | undefined): TopicAddress | undefined {
  if (full === undefined || !isTopicName(full)) return undefined;
  const address = readFullTopic(full);
  return address !== undefined && isSubtopicWithinLimit(address.subtopic) ? address : undefined;
}

/** As far as it can be told without knowing the device: its registry is checked when it is. */
function mayPublish(member: Member, { row, ownerId }: TopicAddress): boolean {
  if (row.publisher !== member.kind) return false;
  if (row.root === 'registries') return ownerId === registryOf(member);
  return member.kind === 'device' ? ownerId === member.id : isId(ownerId);
}
