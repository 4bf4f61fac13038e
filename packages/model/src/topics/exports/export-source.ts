/** Exports: which messages one takes, and under which name. It reads as a registry would that may read every topic. */
import {
  aliasNotation,
  bareNotation,
  fullNotation,
  myDevice,
  myRegistry,
  type NotationRule,
  notationOf,
  toWritten,
} from '../names/notation.ts';
import { hasWildcard, isTopicFilter, matches } from '../names/syntax.ts';
import type { DeviceFacts } from '../principal.ts';
import { topicTable } from '../topic-table.ts';
import { checkEventFilter, isEventFilter } from './exported-events.ts';

/** Where the messages of an export come from: a registry, one device of it, or a broker. */
export interface ExportSource {
  readonly registryId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly brokerId?: string | undefined;
  /** Undefined: every message of the source. Of `$events/…`: no messages, but events. */
  readonly mqttTopicFilter?: string | undefined;
}

/** A message on its way, as exports look at it. */
export interface ExportedTopic {
  /** The full name; for a broker its only one. */
  readonly topic: string;
  /** The device whose topic it is; undefined for topics of registries and brokers. */
  readonly device: DeviceFacts | undefined;
  /** Of a route that other topics share: how many characters at the end are theirs to differ in. */
  readonly restLength: number | undefined;
}

export interface ExportDecision {
  /** The name that the message is recorded under; undefined: it is not this export's. */
  readonly name: string | undefined;
  /** Topics that share the route may be decided otherwise. */
  readonly dependsOnRest: boolean;
}

const kinds: ReadonlySet<string> = new Set(topicTable.map(({ kind }) => kind));

/** What is wrong with the filter of a source, for people; undefined: nothing, as far as it can be told without looking at devices. */
export function checkExportFilter(source: ExportSource): string | undefined {
  const { mqttTopicFilter: filter, brokerId } = source;
  if (filter === undefined) return undefined;
  if (!isTopicFilter(filter)) return 'A topic filter of MQTT, such as $devices/+/events/#.';
  if (isEventFilter(filter)) return checkEventFilter(filter);
  if (brokerId !== undefined)
    return filter.startsWith('$') ? 'Topics of a broker do not begin with $.' : undefined;
  switch (notationOf(filter)) {
    case undefined:
      return 'Begins with $devices/, $registries/, $me/, $events/, or with an alias.';
    case 'me':
      return checkMine(filter, source);
    case 'alias':
      return undefined;
    default:
      return checkFull(filter, source);
  }
}

/** The device that a filter in full or bare notation names, which must be one of the registry. */
export function deviceOfExportFilter(filter: string): string | undefined {
  const [root = '', id = ''] = filter.split('/');
  return (root === '$devices' || root === 'devices') && id !== '' && !hasWildcard(id) ? id : undefined;
}

function checkMine(filter: string, { deviceId }: ExportSource): string | undefined {
  const [, whose, kind] = filter.split('/');
  if (whose === 'device' && deviceId === undefined)
    return 'Whose $me/device is meant? Give deviceId, or a filter that begins with $devices/.';
  if (whose !== 'device' && whose !== 'registry') return 'Begins with $me/device/ or $me/registry/.';
  return checkKind(kind);
}

function checkFull(filter: string, { registryId, deviceId }: ExportSource): string | undefined {
  const [root = '', id = '', kind] = filter.split('/');
  if (root === '$monitoring') return 'What the server itself says in $monitoring is not exported.';
  if (id === '#') return undefined;
  const isRegistries = root.endsWith('registries');
  if (isRegistries && id !== '+' && id !== registryId) return 'It names a registry that is not the source.';
  if (isRegistries && deviceId !== undefined)
    return 'The source is a device, whose topics begin with $devices/.';
  if (!isRegistries && deviceId !== undefined && id !== '+' && id !== deviceId)
    return 'It names a device that is not the source.';
  return checkKind(kind);
}

function checkKind(kind: string | undefined): string | undefined {
  if (kind === '#' || kind === '+' || kinds.has(kind ?? '')) return undefined;
  return `The third level is one of ${[...kinds].join(', ')}, or a wildcard.`;
}

/** Does the export take messages of this topic, and under which name? */
export function decideExport(source: ExportSource, exported: ExportedTopic): ExportDecision {
  const { mqttTopicFilter: filter, deviceId } = source;
  const { topic, device, restLength } = exported;
  if (deviceId !== undefined && device?.id !== deviceId) return { name: undefined, dependsOnRest: false };
  if (filter === undefined) return { name: topic, dependsOnRest: false };
  let name: string | undefined;
  let dependsOnRest = false;
  for (const written of namesOf(source, filter, topic, device)) {
    if (name === undefined && matches(filter, written)) name = written;
    if (restLength === undefined) continue;
    const beginning = written.slice(0, written.length - restLength);
    if (decideBelow(filter, beginning) === undefined) dependsOnRest = true;
  }
  return { name, dependsOnRest };
}

/** The names in the notation of the filter, in an order that never changes. */
function namesOf(source: ExportSource, filter: string, topic: string, device: DeviceFacts | undefined) {
  if (source.brokerId !== undefined) return [topic];
  return rulesOf(source, filter, device).flatMap((rule) => toWritten(rule, topic) ?? []);
}

function rulesOf(
  { registryId = '', deviceId }: ExportSource,
  filter: string,
  device: DeviceFacts | undefined,
): readonly NotationRule[] {
  switch (notationOf(filter)) {
    case 'full':
      return fullNotation;
    case 'bare':
      return bareNotation;
    case 'me':
      return deviceId === undefined ? [myRegistry(registryId)] : [myDevice(deviceId), myRegistry(registryId)];
    case 'alias':
      return aliasNotation(device?.aliases ?? new Map());
    case undefined:
      return [];
  }
}

/** Does the filter match every topic that begins so (with a slash at the end), or none? Undefined: that depends on how it goes on. */
function decideBelow(filter: string, beginning: string): boolean | undefined {
  const wanted = filter.split('/');
  const levels = beginning.split('/').slice(0, -1);
  if (beginning.startsWith('$') && hasWildcard(wanted[0] ?? '')) return false;
  for (const [index, level] of levels.entries()) {
    if (wanted[index] === '#') return true;
    if (wanted[index] !== '+' && wanted[index] !== level) return false;
  }
  if (wanted.length === levels.length) return false;
  return wanted[levels.length] === '#' ? true : undefined;
}
