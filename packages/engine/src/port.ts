/**
 * The engine's port: what an MQTT engine asks of the program that hosts it, what it tells it, and what can be asked of
 * the engine. The engine knows MQTT 3.1.1 and nothing of registries, devices or rights; whatever is particular to a
 * product is in the host's answers.
 *
 * The one idea to know is the *namespace*: a set of topics that is closed in itself. A message goes out to a list of
 * destinations, each a topic in a namespace; a subscription is a list of filters, each in a namespace. A filter only ever meets
 * topics of its own namespace, so the choice of namespaces alone decides which client may read what, and under which name. It is
 * made when a route or a grant is worked out, and costs nothing per message.
 */
import type { Duplex } from 'node:stream';

/** Quality of service that is served [MQTT-4.3.1-1][MQTT-4.3.2-1]. */
export type Qos = 0 | 1;

/** CONNACK return codes of MQTT 3.1.1 section 3.2.2.3, without 0 (accepted). */
export const ConnackCode = {
  unacceptableProtocol: 1,
  identifierRejected: 2,
  serverUnavailable: 3,
  badUserNameOrPassword: 4,
  notAuthorized: 5,
} as const;
export type ConnackCode = (typeof ConnackCode)[keyof typeof ConnackCode];

/** What a listener knows of a connection when it hands it over. */
export interface Transport {
  readonly secure: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /**
   * The client's certificate as DER, looked up anew at every CONNECT: a resumed TLS session must not be trusted to have
   * one. Undefined on plain TCP or when none was presented.
   */
  readonly peerCertificate: () => Buffer | undefined;
  /**
   * SHA-256 over the DER of the client's certificate, in lower-case hex, as reported by a trusted proxy that ended TLS and
   * verified that the client has the key.
   */
  readonly certificateSha256?: string | undefined;
}

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
}

/** The names that a CONNECT gives, whatever version of MQTT it is of. */
export interface ConnectClaim {
  readonly clientId: string;
  readonly username: string | undefined;
}

export interface ConnectRequest extends ConnectClaim {
  readonly cleanSession: boolean;
  readonly keepAliveSeconds: number;
  readonly password: Buffer | undefined;
  readonly will: Will | undefined;
  readonly transport: Transport;
}

/** Why a connection was refused or a session ended. */
export interface Reason {
  /** One of a fixed set: a name that a metric may have. It never changes, and quotes no client. */
  readonly code: string;
  /** For people, in the connection log. It may quote what a client wrote. */
  readonly text: string;
}

/** PUBLISH packets of a tenant's sessions, with their bytes as MQTT has them: in from clients, out to subscribers. */
export interface Traffic {
  messagesIn: number;
  bytesIn: number;
  messagesOut: number;
  bytesOut: number;
  messagesDropped: number;
}

/**
 * What the sessions of one tenant may use together. Made and owned by the host, the same object for all sessions of a
 * tenant; the engine gives back exactly what it took, but what several sessions share is given back with the last of them.
 */
export interface TenantBudget {
  /** The engine counts here, beside its own counters; only the host reads it. */
  readonly traffic?: Traffic;
  /** Takes room for bytes that wait in memory to be sent. False: nothing was taken, the limit is reached. */
  readonly takeWaitingBytes: (bytes: number) => boolean;
  readonly giveWaitingBytes: (bytes: number) => void;
  /** The same for what subscriptions hold. */
  readonly takeSubscriptionBytes: (bytes: number) => boolean;
  readonly giveSubscriptionBytes: (bytes: number) => void;
  /**
   * A place among the readers of retained messages, held while one page is read; resolves with what gives it back. Rejects
   * once the signal is aborted.
   */
  readonly takeRetainedReader: (signal: AbortSignal) => Promise<() => void>;
}

/** `scope` makes client IDs private to a principal: takeover [MQTT-3.1.4-2] happens within one scope only. */
export type ConnectResult<P> =
  | {
      readonly accepted: true;
      readonly principal: P;
      readonly scope: string;
      /** Absent: only the engine's own limits hold. */
      readonly tenant?: TenantBudget;
    }
  | { readonly accepted: false; readonly code: ConnackCode; readonly reason: Reason };

/** One name of a message: a topic in a namespace. */
export interface Destination {
  readonly namespace: string;
  readonly topic: string;
}

/** What a route rests on. Setting `stale` makes every engine ask again before the next message on that route. */
export interface RouteBasis {
  stale: boolean;
}

/**
 * What a route depends on, if that is not the whole topic. Every topic with the same first `length` characters, the last
 * of them a slash, followed by at most `maxRestBytes` of ASCII without wildcards and control characters, has the same
 * route: each destination ends in a slash and the rest of the topic that was asked about, which is replaced by the other
 * topic's rest.
 */
export interface RoutePrefix {
  readonly length: number;
  readonly maxRestBytes: number;
}

/** A log that gets the messages of a route beside the subscribers: which one of the host's, and under which name. */
export interface RouteTap {
  readonly log: string;
  readonly topic: string;
}

/** What `host.retain` keeps a message under. */
export interface RetainAs {
  readonly namespace: string;
  readonly topic: string;
  /** The host's own: whose namespace it is. */
  readonly owner?: string | undefined;
}

/** Where a publication goes. Cached by the engine per connection and topic, or prefix, until its basis is stale. */
export interface PublishRoute {
  readonly destinations: readonly Destination[];
  readonly basis: RouteBasis;
  /** Set if the topic's last message is retained. */
  readonly retainAs: RetainAs | undefined;
  /** Never set together with `retainAs`. */
  readonly prefix?: RoutePrefix | undefined;
  /** Absent: no log gets it, and nothing is asked per message. With a prefix, topics end in the rest as destinations do. */
  readonly taps?: readonly RouteTap[] | undefined;
}

/** What a subscription receives: filters, each in a namespace. An empty answer does not exist; refusal is `undefined`. */
export interface SubscriptionGrant {
  readonly filters: readonly NamespaceFilter[];
}
export interface NamespaceFilter {
  readonly namespace: string;
  readonly filter: string;
}

/** The last message of a topic, for a new subscription [MQTT-3.3.1-6]. */
export interface RetainedMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  /** The version that `retain` returned. Absent: any other message of the topic is taken for newer. */
  readonly version?: number | undefined;
}

/**
 * What `retain` rejects with when the host refuses to keep a message, as opposed to failing to. No subscriber receives the
 * message, and its publisher is disconnected for this reason, whatever the QoS.
 */
export class MessageRefusedError extends Error {
  override readonly name: string = 'MessageRefusedError';
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.text);
    this.reason = reason;
  }
}

/** A live session, as the host sees it. */
export interface SessionInfo<P> {
  readonly principal: P;
  readonly clientId: string;
  readonly transport: Transport;
}

export type DropReason = 'slow subscriber' | 'rate limit';

/** Answers of the host. Each may be a promise; the engine keeps the order of a connection's packets while it waits. */
export interface EngineHost<P> {
  /** Authenticates a client. A rejected promise is answered as CONNACK 3. */
  readonly connect: (request: ConnectRequest) => Promise<ConnectResult<P>>;
  /** Where does this go? `undefined`: not allowed, the connection is closed. Asked for a will at CONNECT and when it fires. */
  readonly route: (
    principal: P,
    topic: string,
  ) => PublishRoute | undefined | Promise<PublishRoute | undefined>;
  /** What may it receive, and under which names? `undefined`: SUBACK 0x80. */
  readonly grant: (
    principal: P,
    filter: string,
  ) => SubscriptionGrant | undefined | Promise<SubscriptionGrant | undefined>;
  /**
   * How long before this publication would be within its sender's rate, in ms; 0: it is now, and was counted. Beyond the
   * rate a message at QoS 0 is dropped; one at QoS 1 waits and is asked about again, with all that came after it on its
   * connection. Asked per PUBLISH, so it must be cheap; absent where no rate is limited.
   */
  readonly excessMs?: (session: SessionInfo<P>) => number;
  /**
   * Keeps the last message of a topic; an empty payload clears it [MQTT-3.3.1-10]. Resolves once it is durable: PUBACK waits
   * for it. A number is the message's version: of two messages of a topic the one that is kept later has the higher version,
   * whichever node keeps it.
   */
  readonly retain: (retainAs: RetainAs, payload: Buffer) => Promise<number | undefined>;
  /**
   * Records a message in the logs that its route taps. At QoS 1 PUBACK waits until the promise resolves, and the connection
   * is closed if it rejects; other connections do not wait. At QoS 0 nothing waits for it. The payload is copied before this
   * returns.
   */
  readonly record?: (
    principal: P,
    taps: readonly RouteTap[],
    payload: Buffer,
    qos: Qos,
  ) => Promise<void> | undefined;
  /**
   * The retained messages that a new subscription gets at once, named as the filter names them, sent with the retain flag, in
   * pages. A page lies in memory until the client has taken it, so it should hold no more than some 64 KiB, or one message.
   * The next page is asked for when the client has taken this one, and is read then. Aborted: no more pages are wanted.
   */
  readonly retained: (
    principal: P,
    filter: string,
    signal: AbortSignal,
  ) => AsyncIterable<readonly RetainedMessage[]> | undefined;

  // What the engine tells. None of these may throw or block.
  readonly connected: (session: SessionInfo<P>) => void;
  readonly disconnected: (session: SessionInfo<P>, reason: Reason) => void;
  /**
   * A CONNECT that was refused, or bytes that were no CONNECT (`claim` undefined). The claim is the request that `connect` was
   * asked about, or what a CONNECT says that was refused before, such as one of another version.
   */
  readonly refused: (transport: Transport, claim: ConnectClaim | undefined, reason: Reason) => void;
  readonly subscriptionsRefused: (session: SessionInfo<P>, filters: readonly string[]) => void;
  /**
   * Activity, for monitoring; called per packet, so it must be cheap. `nowMs`: of a clock that never goes back, the same for packets
   * that are handled together.
   */
  readonly published: (session: SessionInfo<P>, nowMs: number) => void;
  readonly subscribed: (session: SessionInfo<P>) => void;
  readonly dropped: (session: SessionInfo<P>, reason: DropReason) => void;
  /**
   * A transport that `accept` took is over, and all that its client sent has been handled. Told exactly once for each, last
   * of all, and not before `connect` has settled: also if it was refused, aborted, taken over, or never sent CONNECT.
   */
  readonly closed?: (transport: Transport) => void;
}

/** Bounds of an engine. Every one is a positive number; none means unlimited. */
export interface EngineLimits {
  /** Largest PUBLISH payload. Beyond: the connection is closed. */
  readonly maxPayloadBytes: number;
  /** Largest packet before CONNECT was accepted. */
  readonly maxConnectPacketBytes: number;
  readonly maxTopicBytes: number;
  readonly maxTopicLevels: number;
  readonly maxClientIdBytes: number;
  readonly maxSubscriptionsPerSession: number;
  /** Memory of these, bytes: see subscription-cost.ts. Beyond, filters are refused. */
  readonly maxSubscriptionBytesPerSession: number;
  /** Time from the first byte (or the accept) to a whole CONNECT. */
  readonly connectTimeoutMs: number;
  /**
   * What a packet that has begun must bring in a second, on average: a modem over GPRS does, a client that sends single
   * bytes to keep a place does not. A CONNECT may take so much longer than `connectTimeoutMs`.
   */
  readonly minPacketBytesPerSecond: number;
  /** How far a packet may be behind that rate. */
  readonly packetGraceMs: number;
  /**
   * Time after the end of a connection in which packets that came before it are still handled, if they had to wait (for
   * authentication, rights, a rate, storing).
   */
  readonly finishTimeoutMs: number;
  /** QoS 1 messages sent and not yet acknowledged, per session. */
  readonly maxInflightMessages: number;
  /** QoS 1 messages that wait while the window is full, per session. Beyond either: the session is closed as too slow. */
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  /** Output waiting in one socket. Beyond: QoS 0 messages for it are dropped and counted. */
  readonly maxOutputBytes: number;
  /** What waits in all sessions. Beyond: one that adds to it, and has more than a small share, is closed as too slow. */
  readonly maxWaitingBytes: number;
  /** Packets of connections that have ended which wait to be handled, in all. Beyond: they are not handled. */
  readonly maxFinishingBytes: number;
  /** Pages of retained messages that are read at once, for all sessions. Others wait. */
  readonly maxRetainedReaders: number;
}

/** Told which namespaces have subscribers in this engine. */
export interface NamespaceInterest {
  /** The first subscription of a namespace: its SUBACK, and those of others, wait for the promise, if there is one. */
  readonly gained: (namespace: string) => void | Promise<void>;
  /** The last one has ended. */
  readonly lost: (namespace: string) => void;
}

/**
 * How far the ticks of the event loop are kept apart, so that messages come together which come alone: the thread sleeps
 * (docs/decisions/0014).
 */
export interface Pace {
  /** What a message may wait, in milliseconds. 0: never, as where the thread has other work to do. */
  readonly tickMs: number;
  /** Ticks are not kept apart while fewer messages a second come from clients that were silent before. */
  readonly fromPerSecond: number;
}

/** What an engine may do beside the protocol. */
export interface EngineOptions {
  /** Default: a millisecond, from 5,000 messages a second on. */
  readonly pace?: Pace | undefined;
  readonly interest?: NamespaceInterest;
}

/** A message as an observer sees it. Its contents last only while it is handed over. */
export interface ObservedMessage {
  readonly topic: string;
  /** At which it was published. */
  readonly qos: Qos;
  readonly payloadBytes: number;
  /** A copy of the payload, or of its first bytes. */
  readonly copyPayload: (mostBytes?: number) => Buffer;
}

export interface EngineStats {
  readonly sessions: number;
  readonly subscriptions: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly messagesDropped: number;
}

export interface Engine<P> {
  /** Takes over a connection from a listener: TLS (handshake done) or plain. */
  readonly accept: (socket: Duplex, transport: Transport) => void;
  /** Hands a message to every subscriber of the route; resolves when it lies in their queues (and is durable, if retained). */
  readonly publish: (route: PublishRoute, payload: Buffer, qos: Qos) => Promise<void>;
  /** Does any client subscribe in this namespace, with any filter? Lets the host skip work for messages without receivers. */
  readonly hasSubscribers: (namespace: string) => boolean;
  /**
   * Shows all messages that are published to these filters, as a subscriber at QoS 0 would receive them. It must slow no
   * client, so `observe` must neither throw nor wait. Returns a function that ends it; undefined: a namespace has no room for
   * one more such filter. Absent: this engine cannot.
   */
  readonly observe?: (
    filters: readonly NamespaceFilter[],
    observe: (message: ObservedMessage) => void,
  ) => Promise<(() => void) | undefined>;
  /** Closes the sessions that `which` picks; their wills fire. Returns how many. */
  readonly disconnect: (which: (session: SessionInfo<P>) => boolean, reason: Reason) => number;
  readonly sessions: () => Iterable<SessionInfo<P>>;
  readonly stats: () => EngineStats;
  /** Stops taking connections and closes the live ones in slices, after flushing their output; resolves when all are closed. */
  readonly close: (reason: Reason) => Promise<void>;
}

export type CreateEngine = <P>(
  host: EngineHost<P>,
  limits: EngineLimits,
  options?: EngineOptions,
) => Engine<P>;
