/**
 * Who hears what. Every topic is heard by one group only, its *audience*: a registry, a device, all devices of a
 * registry, or (monitoring) a registry and all its devices. An audience has a *namespace* for each form of name, a message
 * goes out into the namespaces of just those audiences that may hear it, and a filter is put into the namespaces of just those
 * audiences that its subscriber belongs to. A filter only ever meets topics of its own namespace, so nobody can hear what
 * is not theirs, whatever the filter says.
 */

import {
  aliasSpellings,
  BARE_SPELLINGS,
  type Form,
  FULL_SPELLINGS,
  myDevice,
  myMonitoring,
  myRegistry,
  type Spelling,
} from '../names/spelling.ts';
import type { DeviceFacts, Member } from '../principal.ts';
import { monitoringTopic, TOPIC_TABLE, type TopicRoot } from '../topic-table.ts';

/** A topic as it is published in a namespace. */
export interface Destination {
  readonly namespace: string;
  readonly topic: string;
}
/** A filter as it is subscribed in a namespace. */
export interface NamespaceFilter {
  readonly namespace: string;
  readonly filter: string;
}

/** `fleet`: all devices of a registry. `watchers`: a registry and its devices. `self`: a device, as to its own monitoring. */
type AudienceKind = 'registry' | 'device' | 'fleet' | 'watchers' | 'self';

/** What an audience hears: topics by their full names. */
export interface Heard {
  readonly pattern: string;
  readonly permanent: boolean;
}

export interface Audience {
  readonly kind: AudienceKind;
  /** ID of the registry or device that gives the audience its name. */
  readonly id: string;
  readonly hears: readonly Heard[];
  readonly spellings: readonly Spelling[];
}

/**
 * The name of a namespace. Neither kinds nor forms hold a dot and the ID comes last, so different namespaces never share a
 * name, whatever the IDs are.
 */
export function namespaceOf(audience: Pick<Audience, 'kind' | 'id'>, form: Form): string {
  return `${audience.kind}.${form}.${audience.id}`;
}

/** A broker is a namespace of its own, in which a topic has one name. */
export function brokerNamespace(brokerId: string): string {
  return `broker.full.${brokerId}`;
}

export function registryAudience(registryId: string, device?: DeviceFacts): Audience {
  return {
    kind: 'registry',
    id: registryId,
    hears: [...heardBy('registry', 'devices', '+'), ...heardBy('registry', 'registries', registryId)],
    spellings: [...FULL_SPELLINGS, ...BARE_SPELLINGS, myRegistry(registryId), ...aliasesOf(device)],
  };
}

export function deviceAudience(deviceId: string, device?: DeviceFacts): Audience {
  return {
    kind: 'device',
    id: deviceId,
    hears: heardBy('device', 'devices', deviceId),
    spellings: [...FULL_SPELLINGS, ...BARE_SPELLINGS, myDevice(deviceId), ...aliasesOf(device)],
  };
}

export function fleetAudience(registryId: string): Audience {
  return {
    kind: 'fleet',
    id: registryId,
    hears: heardBy('device', 'registries', registryId),
    spellings: [...FULL_SPELLINGS, ...BARE_SPELLINGS, myRegistry(registryId)],
  };
}

/** Monitoring has namespaces of its own, so that one can tell whether anybody listens to it. */
export function watchersAudience(registryId: string): Audience {
  return {
    kind: 'watchers',
    id: registryId,
    hears: [{ pattern: monitoringTopic('+'), permanent: false }],
    spellings: FULL_SPELLINGS,
  };
}

export function selfAudience(deviceId: string): Audience {
  return {
    kind: 'self',
    id: deviceId,
    hears: [{ pattern: monitoringTopic(deviceId), permanent: false }],
    spellings: [myMonitoring(deviceId)],
  };
}

/** Where the monitoring of a registry's devices is heard by the registry and by all of them. */
export function monitoringNamespace(registryId: string): string {
  return namespaceOf({ kind: 'watchers', id: registryId }, 'full');
}

/** Where a device's monitoring is heard by the device itself. */
export function ownMonitoringNamespace(deviceId: string): string {
  return namespaceOf({ kind: 'self', id: deviceId }, 'me');
}

/** The audiences that a client belongs to. */
export function audiencesOf(member: Member): readonly Audience[] {
  if (member.kind === 'registry') return [registryAudience(member.id), watchersAudience(member.id)];
  return [
    deviceAudience(member.id),
    fleetAudience(member.registryId),
    watchersAudience(member.registryId),
    selfAudience(member.id),
  ];
}

function heardBy(reader: 'device' | 'registry', root: TopicRoot, owner: string): Heard[] {
  return TOPIC_TABLE.filter((row) => row.root === root && row.reader === reader).map((row) => ({
    pattern: `$${root}/${owner}/${row.kind}/#`,
    permanent: row.permanent,
  }));
}

function aliasesOf(device: DeviceFacts | undefined): Spelling[] {
  return device === undefined ? [] : aliasSpellings(device.aliases);
}
