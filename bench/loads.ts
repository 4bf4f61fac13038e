/**
 * The loads. A load says which clients send what to which clients; a target is the figure that we aim at, as a part of
 * Mosquitto's or by itself.
 */
import { broadcastTopic, commandsFilter, deviceId, eventsFilter, eventsTopic, registryId } from './fleet.ts';

export interface Load {
  readonly id: string;
  readonly title: string;
  readonly tls: boolean;
  readonly publishers: number;
  readonly subscribers: number;
  readonly qos: 0 | 1;
  /** Messages in all; 0: the connections are only held. */
  readonly messages: number;
  /** Default 64. */
  readonly payloadBytes?: number;
  /** Unacknowledged messages of a publisher; default 100. */
  readonly window?: number;
  /** Messages per second in all; absent: as fast as they go. */
  readonly perSecond?: number;
  /** The connections are held for so long, after the messages. */
  readonly idleSeconds?: number;
  /** Topics that each publisher goes through. */
  readonly topics?: number;
  /** Digits of a topic's number, with zeros in front. */
  readonly topicDigits?: number;
  /** Subscribers that get each message; absent: all that are not frozen. */
  readonly due?: number;
  /** Subscribers that stop reading. */
  readonly frozen?: number;
  /** Without a warm-up. */
  readonly isFirstRun?: boolean;
  /** The load before it in the list, which is run alike: its run gives this figure too. */
  readonly sameRunAs?: string;
  readonly measure: Measure;
  /** Ours ÷ Mosquitto's, at most. */
  readonly target?: number;
  /** Ours by itself, at most. */
  readonly most?: number;
}

/** Which figure of the load generator counts, and its unit. */
export type Measure =
  | 'cpuMicrosPerMessage'
  | 'cpuPercent'
  | 'kbPerConnection'
  | 'seconds'
  | 'perSecond'
  | 'firstP99Ms'
  | 'steadyP99Ms';

const units: Record<Measure, string> = {
  cpuMicrosPerMessage: 'µs of CPU per delivered message',
  cpuPercent: '% of a core',
  kbPerConnection: 'KB per connection',
  seconds: 's until all have it',
  perSecond: 'deliveries per second',
  firstP99Ms: 'ms, 99th percentile of the first 4 s after all have connected',
  steadyP99Ms: 'ms, 99th percentile of the last three fifths',
};
export const unitOf = (measure: Measure): string => units[measure];
/** The same in short: `ms`, `KB`. */
export const shortUnitOf = (measure: Measure): string => /^(?:µs|\w+|%)/u.exec(units[measure])?.[0] ?? '';

const fanIn = {
  publishers: 50,
  subscribers: 1,
  messages: 1_200_000,
  measure: 'cpuMicrosPerMessage',
} as const;
const fanOut = { publishers: 1, subscribers: 50, messages: 24_000, measure: 'cpuMicrosPerMessage' } as const;
const broadcast = {
  publishers: 1,
  subscribers: 1_000,
  messages: 1_200,
  measure: 'cpuMicrosPerMessage',
} as const;
const oneInFlight = {
  publishers: 1_000,
  subscribers: 1,
  qos: 1,
  messages: 100_000,
  window: 1,
  measure: 'cpuMicrosPerMessage',
} as const;
const fleet = {
  publishers: 10_000,
  subscribers: 1,
  qos: 1,
  messages: 200_000,
  window: 1,
  perSecond: 10_000,
} as const;
/** A thousand a second: each comes alone. */
const lone = {
  publishers: 1_000,
  subscribers: 1,
  messages: 10_000,
  window: 1,
  perSecond: 1_000,
  measure: 'cpuMicrosPerMessage',
} as const;
/** Idle again after three messages of 60,000 bytes from each: what a connection needed once, it may keep. */
const afterLarge = {
  subscribers: 0,
  qos: 1,
  payloadBytes: 60_000,
  window: 1,
  idleSeconds: 3,
  measure: 'kbPerConnection',
} as const;
const idle = { publishers: 0, subscribers: 10_000, qos: 1, messages: 0 } as const;

export const loads: readonly Load[] = [
  { id: 'in-0', title: '50 → 1, QoS 0', tls: false, qos: 0, ...fanIn, target: 0.15 },
  { id: 'in-1', title: '50 → 1, QoS 1', tls: false, qos: 1, ...fanIn, target: 0.15 },
  { id: 'out-0', title: '1 → 50, QoS 0', tls: false, qos: 0, ...fanOut, target: 0.08 },
  { id: 'out-1', title: '1 → 50, QoS 1', tls: false, qos: 1, ...fanOut, target: 0.08 },
  { id: 'broadcast-0', title: '1 → 1,000, QoS 0', tls: false, qos: 0, ...broadcast, target: 0.08 },
  { id: 'broadcast-1', title: '1 → 1,000, QoS 1', tls: false, qos: 1, ...broadcast, target: 0.08 },
  {
    id: 'one-in-flight',
    title: '1,000 → 1, one in flight each, QoS 1',
    tls: false,
    ...oneInFlight,
    target: 0.75,
  },
  { id: 'lone-0', title: '1,000 devices, a QoS 0 message a second each → 1', tls: false, qos: 0, ...lone },
  { id: 'lone-1', title: '1,000 devices, a QoS 1 message a second each → 1', tls: false, qos: 1, ...lone },
  { id: 'tls-in-0', title: '50 → 1, QoS 0, TLS', tls: true, qos: 0, ...fanIn, target: 0.2 },
  { id: 'tls-in-1', title: '50 → 1, QoS 1, TLS', tls: true, qos: 1, ...fanIn, target: 0.2 },
  { id: 'tls-out-0', title: '1 → 50, QoS 0, TLS', tls: true, qos: 0, ...fanOut, target: 0.2 },
  { id: 'tls-out-1', title: '1 → 50, QoS 1, TLS', tls: true, qos: 1, ...fanOut, target: 0.2 },
  {
    id: 'tls-one-in-flight',
    title: '1,000 → 1, one in flight each, QoS 1, TLS',
    tls: true,
    ...oneInFlight,
    target: 1,
  },
  {
    id: 'fleet',
    title: '10,000 devices, one QoS 1 message a second each → 1',
    tls: false,
    ...fleet,
    measure: 'cpuMicrosPerMessage',
    target: 0.75,
  },
  {
    id: 'fleet-p99',
    title: 'the same, latency',
    tls: false,
    ...fleet,
    sameRunAs: 'fleet',
    measure: 'steadyP99Ms',
    most: 1.5,
  },
  {
    id: 'fleet-first',
    title: 'the same, right after 10,000 connections to a fresh server',
    tls: false,
    ...fleet,
    messages: 100_000,
    isFirstRun: true,
    measure: 'firstP99Ms',
    most: 5,
  },
  {
    id: 'all-devices',
    title: 'a command to 10,000 devices',
    tls: false,
    publishers: 1,
    subscribers: 10_000,
    qos: 1,
    messages: 10,
    measure: 'seconds',
    target: 1,
  },
  {
    id: 'idle',
    title: '10,000 idle connections',
    tls: false,
    ...idle,
    idleSeconds: 20,
    measure: 'kbPerConnection',
    most: 14,
  },
  {
    id: 'idle-cpu',
    title: 'the same, CPU',
    tls: false,
    ...idle,
    idleSeconds: 20,
    sameRunAs: 'idle',
    measure: 'cpuPercent',
  },
  {
    id: 'tls-idle',
    title: '2,000 idle connections, TLS',
    tls: true,
    ...idle,
    subscribers: 2_000,
    idleSeconds: 5,
    measure: 'kbPerConnection',
    most: 60,
  },
  {
    id: 'large',
    title: '2,000 connections, idle after large messages',
    tls: false,
    publishers: 2_000,
    messages: 6_000,
    ...afterLarge,
  },
  {
    id: 'tls-large',
    title: '500 connections, idle after large messages, TLS',
    tls: true,
    publishers: 500,
    messages: 1_500,
    ...afterLarge,
  },
  {
    id: 'topics-10',
    title: '50 → 1, 10 topics',
    tls: false,
    qos: 0,
    ...fanIn,
    topics: 10,
    measure: 'perSecond',
  },
  {
    id: 'topics-1m',
    title: '50 → 1, 1,000,000 topics',
    tls: false,
    qos: 0,
    ...fanIn,
    messages: 1_000_000,
    topics: 1_000_000,
    measure: 'perSecond',
  },
  {
    id: 'healthy-100',
    title: '1 → 100',
    tls: false,
    qos: 0,
    ...fanOut,
    subscribers: 100,
    measure: 'perSecond',
  },
  {
    id: 'frozen-1',
    title: '1 → 100, one of them frozen',
    tls: false,
    qos: 0,
    ...fanOut,
    subscribers: 100,
    frozen: 1,
    measure: 'perSecond',
  },
];

/** The clients of a load, a line each, as the generator reads them: subscribers first. */
export function clientLines(load: Load, password: string): string {
  const isTelemetry = load.subscribers <= 1;
  const name = load.topics ? '/%m' : '';
  const subscriber = (n: number): string =>
    isTelemetry
      ? `S ${registryId} ${password} ${eventsFilter}`
      : `S ${deviceId(n)} ${password} ${load.messages === 0 ? commandsFilter(deviceId(n)) : broadcastTopic}`;
  const publisher = (n: number): string =>
    isTelemetry
      ? `P ${deviceId(n)} ${password} ${eventsTopic(deviceId(n))}${name}`
      : `P ${registryId} ${password} ${broadcastTopic}`;
  const lines = [
    ...Array.from({ length: load.subscribers }, (_, n) => subscriber(n)),
    ...Array.from({ length: load.publishers }, (_, n) => publisher(n)),
  ];
  return `${lines.join('\n')}\n`;
}
