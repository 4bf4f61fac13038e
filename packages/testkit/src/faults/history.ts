/**
 * What happened in a run, as those who took part saw it. All times are milliseconds of one clock that never jumps
 * (`performance.now()` of the process that runs the load).
 */

/** A client under test: one device, registry or broker connection that comes back under the same name. */
export interface Client {
  readonly name: string;
  readonly tenant: string;
  /** Full names of the topics that it subscribes to and must hear. */
  readonly hears: readonly string[];
  /** Topics that it may get besides, and may miss: it reads too slowly, or not at all. */
  readonly mayHear?: readonly string[];
}

/** `drained`: the server ended it in order (SIGTERM), having sent out what it owed. `left`: the client went by itself. */
export type ConnectionEnd = 'cut' | 'drained' | 'left';

export interface Connection {
  readonly client: string;
  /** CONNACK. */
  readonly openedAt: number;
  /** SUBACK of all its filters. */
  readonly subscribedAt: number | undefined;
  readonly closedAt: number | undefined;
  readonly end: ConnectionEnd | undefined;
  /** Of the server that it was with, where there are several. */
  readonly port?: number;
}

/** A node of a cluster was frozen, or cut off from the others, so that they may have gone on without it. */
export interface CutOff {
  /** Where the node listens. */
  readonly ports: readonly number[];
  readonly from: number;
  /** By then it has to disconnect its clients: when a frozen one wakes, or when its time to find out is over. */
  readonly until: number;
}

export interface Sent {
  readonly publisher: string;
  readonly tenant: string;
  readonly topic: string;
  /** Counts up from 1 for each publisher. */
  readonly sequence: number;
  /** The last time that it was sent: a client sends again after a lost connection. */
  readonly sentAt: number;
  readonly ackedAt: number | undefined;
}

export interface Received {
  readonly receiver: string;
  readonly topic: string;
  readonly at: number;
  /** The message that a permanent topic held when it was subscribed, not one that came live. */
  readonly stored: boolean;
  /** Undefined: damaged, or not a message of this run. */
  readonly mark:
    | { readonly publisher: string; readonly sequence: number; readonly tenant: string }
    | undefined;
}

/** `to`: when the cause was taken away. A kill has none to take away: `to` is `from`. */
export interface Fault {
  readonly from: number;
  readonly to: number;
}

/** From the 2xx that took a client's rights away. */
export interface Revocation {
  readonly client: string;
  readonly answeredAt: number;
}

/** CONNACK with a code other than 0. */
export interface Refusal {
  readonly client: string;
  readonly at: number;
  readonly code: number;
}

export interface History {
  readonly clients: readonly Client[];
  readonly connections: readonly Connection[];
  readonly sent: readonly Sent[];
  readonly received: readonly Received[];
  readonly faults: readonly Fault[];
  readonly revocations: readonly Revocation[];
  readonly refusals: readonly Refusal[];
  /** Absent: there was no cluster. */
  readonly cutOffs?: readonly CutOff[];
}
