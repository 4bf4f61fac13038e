/**
 * The rights to read. Every topic is read by one *reader group* only: a registry, a device, all devices of a registry, or
 * (monitoring) a registry and all its devices. A reader group has a *namespace* for each notation. A message is published
 * into the namespaces of exactly those groups that may read it, and a filter is put into the namespaces of exactly those
 * groups that its subscriber belongs to. A filter only ever meets topics of its own namespace, so nobody receives what
 * they may not read, whatever the filter says.
 */
import {
  aliasNotation,
  bareNotation,
  fullNotation,
  myDevice,
  myMonitoring,
  myRegistry,
  type Notation,
  type NotationRule,
} from '../names/notation.ts';
import type { DeviceFacts, Member } from '../principal.ts';
import { monitoringTopic, type TopicRoot, topicTable } from '../topic-table.ts';

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

/**
 * `devices`: all devices of a registry. `monitoring`: a registry and its devices, for the monitoring of all of them.
 * `own-monitoring`: a device, for its own monitoring.
 */
type ReaderGroupKind = 'registry' | 'device' | 'devices' | 'monitoring' | 'own-monitoring';

/** Topics that a group may read, by their full names. */
export interface Heard {
  readonly pattern: string;
  readonly permanent: boolean;
}

export interface ReaderGroup {
  readonly kind: ReaderGroupKind;
  /** ID of the registry or device that gives the group its name. */
  readonly id: string;
  readonly hears: readonly Heard[];
  readonly rules: readonly NotationRule[];
}

/**
 * The name of a namespace. Neither kinds nor notations hold a dot and the ID comes last, so different
 * namespaces never share a name, whatever the IDs are.
 */
export function namespaceOf(group: Pick<ReaderGroup, 'kind' | 'id'>, notation: Notation): string {
  return `${group.kind}.${notation}.${group.id}`;
}

/** A broker is a namespace of its own, in which a topic has one name. */
export function brokerNamespace(brokerId: string): string {
  return `broker.full.${brokerId}`;
}

export function registryReaders(registryId: string, device?: DeviceFacts): ReaderGroup {
  return {
    kind: 'registry',
    id: registryId,
    hears: [...heardBy('registry', 'devices', '+'), ...heardBy('registry', 'registries', registryId)],
    rules: [...fullNotation, ...bareNotation, myRegistry(registryId), ...aliasesOf(device)],
  };
}

export function deviceReaders(deviceId: string, device?: DeviceFacts): ReaderGroup {
  return {
    kind: 'device',
    id: deviceId,
    hears: heardBy('device', 'devices', deviceId),
    rules: [...fullNotation, ...bareNotation, myDevice(deviceId), ...aliasesOf(device)],
  };
}

export function registryDeviceReaders(registryId: string): ReaderGroup {
  return {
    kind: 'devices',
    id: registryId,
    hears: heardBy('device', 'registries', registryId),
    rules: [...fullNotation, ...bareNotation, myRegistry(registryId)],
  };
}

/** Monitoring has namespaces of its own, so that one can tell whether anybody listens to it. */
export function monitoringReaders(registryId: string): ReaderGroup {
  return {
    kind: 'monitoring',
    id: registryId,
    hears: [{ pattern: monitoringTopic('+'), permanent: false }],
    rules: fullNotation,
  };
}

export function ownMonitoringReaders(deviceId: string): ReaderGroup {
  return {
    kind: 'own-monitoring',
    id: deviceId,
    hears: [{ pattern: monitoringTopic(deviceId), permanent: false }],
    rules: [myMonitoring(deviceId)],
  };
}

/** Where the monitoring of a registry's devices is received by the registry and by all of them. */
export function monitoringNamespace(registryId: string): string {
  return namespaceOf({ kind: 'monitoring', id: registryId }, 'full');
}

/** Where a device's monitoring is received by the device itself. */
export function ownMonitoringNamespace(deviceId: string): string {
  return namespaceOf({ kind: 'own-monitoring', id: deviceId }, 'me');
}

/** The groups that a client belongs to. */
export function readerGroupsOf(member: Member): readonly ReaderGroup[] {
  if (member.kind === 'registry') return [registryReaders(member.id), monitoringReaders(member.id)];
  return [
    deviceReaders(member.id),
    registryDeviceReaders(member.registryId),
    monitoringReaders(member.registryId),
    ownMonitoringReaders(member.id),
  ];
}

function heardBy(reader: 'device' | 'registry', root: TopicRoot, owner: string): Heard[] {
  return topicTable
    .filter((row) => row.root === root && row.reader === reader)
    .map((row) => ({
      pattern: `$${root}/${owner}/${row.kind}/#`,
      permanent: row.permanent,
    }));
}

function aliasesOf(device: DeviceFacts | undefined): NotationRule[] {
  return device === undefined ? [] : aliasNotation(device.aliases);
}
