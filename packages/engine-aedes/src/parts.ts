import type { EngineHost, EngineLimits, Qos } from '@iotcore/engine';
import type { Exchange } from '@iotcore/engine/routing';
import type { Aedes } from 'aedes';
import type { Message } from './publishing.ts';
import type { Session } from './session.ts';
import type { Subscription } from './subscriptions.ts';
import type { Tokens } from './tokens.ts';
import type { Underway } from './underway.ts';

/** Publishes a message that has been allowed, now that aedes emits it. */
export type Publication = (payload: Buffer, qos: Qos) => void;

/** What everything of one engine shares. */
export interface Parts<P> {
  readonly host: EngineHost<P>;
  readonly limits: EngineLimits;
  readonly exchange: Exchange<Session<P>, Message>;
  readonly underway: Underway;
  /** What stands for a subscription or a publication inside aedes. */
  readonly subscriptions: Tokens<Subscription<Session<P>>>;
  readonly publications: Tokens<Publication>;
  readonly counters: { received: number; sent: number; dropped: number };
}

/** The broker is made of parts, so it comes after them. */
export interface Broker {
  readonly aedes: Aedes;
  /** Resolves when aedes takes connections. */
  readonly listening: Promise<void>;
}
