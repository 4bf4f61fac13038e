/** The topics that exist, with their publishers and readers: the one table that all rules are derived from. */

export type TopicRoot = 'devices' | 'registries';
export type TopicKind = 'events' | 'state' | 'commands' | 'config';

/** A row: `$<root>/<id of its owner>/<kind>`, and any subtopic after it. */
export interface TopicRow {
  readonly root: TopicRoot;
  readonly kind: TopicKind;
  /** Is the last message of the topic, and of each subtopic, stored? */
  readonly permanent: boolean;
  /** `device` at a registry's topic is any device of that registry. */
  readonly publisher: 'device' | 'registry';
  readonly reader: 'device' | 'registry';
}

export const topicTable: readonly TopicRow[] = [
  { root: 'devices', kind: 'events', permanent: false, publisher: 'device', reader: 'registry' },
  { root: 'devices', kind: 'state', permanent: true, publisher: 'device', reader: 'registry' },
  { root: 'devices', kind: 'commands', permanent: false, publisher: 'registry', reader: 'device' },
  { root: 'devices', kind: 'config', permanent: true, publisher: 'registry', reader: 'device' },
  { root: 'registries', kind: 'events', permanent: false, publisher: 'device', reader: 'registry' },
  { root: 'registries', kind: 'state', permanent: true, publisher: 'device', reader: 'registry' },
  { root: 'registries', kind: 'commands', permanent: false, publisher: 'registry', reader: 'device' },
  { root: 'registries', kind: 'config', permanent: true, publisher: 'registry', reader: 'device' },
];

/** `$monitoring/<device>/json` has no subtopics; only the server publishes it, to the registry and all its devices. */
export function monitoringTopic(deviceId: string): string {
  return `$monitoring/${deviceId}/json`;
}

/** A full topic of the table, taken apart. */
export interface TopicAddress {
  readonly topic: string;
  readonly row: TopicRow;
  readonly ownerId: string;
  /** What follows the kind, without its slash; undefined if nothing does. */
  readonly subtopic: string | undefined;
}

/** Takes a full topic (`$devices/…`, `$registries/…`) apart; undefined if there is no such topic. */
export function readFullTopic(topic: string): TopicAddress | undefined {
  const [root, ownerId, kind, ...subtopic] = topic.split('/');
  const row = topicTable.find((candidate) => `$${candidate.root}` === root && candidate.kind === kind);
  if (row === undefined || !ownerId) return undefined;
  return { topic, row, ownerId, subtopic: subtopic.length === 0 ? undefined : subtopic.join('/') };
}
