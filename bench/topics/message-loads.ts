/** The loads that are run twice: under the topics' own names, and under aliases of the same length. */
import { deviceId, maxDevices, password, registryId } from '../fleet.ts';
import type { Load } from '../loads.ts';

/** `bare`: a fleet without aliases. `alias`: each of its devices has five, and all clients use only these. */
export type Naming = 'bare' | 'alias';
export const namings: readonly Naming[] = ['bare', 'alias'];

export interface TopicLoad extends Load {
  /** The clients, a line each, as the generator reads them. */
  lines(naming: Naming): string;
}

/**
 * Gives the devices their five aliases: four for events, one for commands. Each alias is as long as the topic that it stands
 * for, so the loads differ in the kind of name, not in its length.
 */
export const createAliases = `
  INSERT INTO topic_aliases (registry_id, device_id, alias, prefix)
  SELECT d.registry_id, d.id, 'building/' || d.id || a.alias, '$devices/' || d.id || a.topic
  FROM devices d,
    (VALUES ('/sensor/0', '/events/0'), ('/sensor/1', '/events/1'), ('/sensor/2', '/events/2'),
            ('/sensor/3', '/events/3'), ('/controls', '/commands')) a (alias, topic)`;

/**
 * The filter for events of all devices, the prefix of one device's event topics (a number of 0 to 3 follows), and its command
 * topic.
 */
const names = {
  bare: {
    allEvents: '$devices/+/events/#',
    events: (device: string) => `$devices/${device}/events/`,
    commands: (device: string) => `$devices/${device}/commands`,
  },
  alias: {
    allEvents: '#',
    events: (device: string) => `building/${device}/sensor/`,
    commands: (device: string) => `building/${device}/controls`,
  },
} as const;

const subscriber = (user: string, filter: string) => `S ${user} ${password} ${filter}\n`;
const publisher = (user: string, topic: string) => `P ${user} ${password} ${topic}\n`;
const times = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n));

/** `publishers` devices, each going through its four events, and their registry, which receives all under one filter. */
function telemetry(load: Omit<Load, 'subscribers' | 'topics' | 'measure' | 'tls'>): TopicLoad {
  return {
    ...load,
    subscribers: 1,
    topics: 4,
    tls: false,
    measure: 'cpuMicrosPerMessage',
    lines: (naming) =>
      [
        subscriber(registryId, names[naming].allEvents),
        ...times(load.publishers, (n) => publisher(deviceId(n), `${names[naming].events(deviceId(n))}%m`)),
      ].join(''),
  };
}

const exactSubscribers = 50;
/** More topics than a connection remembers the routes of. */
const commandedDevices = 1_000;

export const topicLoads: readonly TopicLoad[] = [
  telemetry({
    id: 'telemetry-0',
    title: '50 devices → their registry, `#`, QoS 0',
    publishers: 50,
    qos: 0,
    messages: 300_000,
  }),
  telemetry({
    id: 'telemetry-1',
    title: '50 devices → their registry, `#`, QoS 1',
    publishers: 50,
    qos: 1,
    messages: 200_000,
  }),
  {
    id: 'exact-0',
    title: 'a device → 50 clients of its registry, exact filter, QoS 0',
    publishers: 1,
    subscribers: exactSubscribers,
    tls: false,
    qos: 0,
    messages: 60_000,
    measure: 'cpuMicrosPerMessage',
    lines: (naming) => {
      const topic = `${names[naming].events(deviceId(0))}0`;
      return [
        ...times(exactSubscribers, () => subscriber(registryId, topic)),
        publisher(deviceId(0), topic),
      ].join('');
    },
  },
  telemetry({
    id: 'fleet-1',
    title: 'all 10,000 devices → their registry, `#`, one in flight each, QoS 1',
    publishers: maxDevices,
    qos: 1,
    messages: 200_000,
    window: 1,
  }),
  {
    id: 'commands-1',
    title: 'the registry → 1,000 devices in turn, exact filters, QoS 1',
    publishers: 1,
    subscribers: commandedDevices,
    due: 1,
    tls: false,
    qos: 1,
    messages: 50_000,
    topics: commandedDevices,
    topicDigits: 11,
    measure: 'cpuMicrosPerMessage',
    lines: (naming) =>
      [
        ...times(commandedDevices, (n) => subscriber(deviceId(n), names[naming].commands(deviceId(n)))),
        publisher(registryId, names[naming].commands('arebenchd%m')),
      ].join(''),
  },
];
