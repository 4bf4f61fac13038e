import type { Aedes } from 'aedes';
import type { EngineHost, EngineLimits, PublishRoute } from '../port.ts';
import type { Exchange } from './exchange.ts';
import type { Session } from './session.ts';
import type { Subscription } from './subscriptions.ts';
import type { Tokens } from './tokens.ts';

/** A publication between the moment that it is allowed and the moment that aedes emits it. */
export interface Publication<P> {
  readonly session: Session<P>;
  readonly route: PublishRoute;
  readonly isWill: boolean;
}

/** What everything of one engine shares. */
export interface Parts<P> {
  readonly host: EngineHost<P>;
  readonly limits: EngineLimits;
  readonly exchange: Exchange<Session<P>>;
  readonly subscriptions: Tokens<Subscription<Session<P>>>;
  readonly publications: Tokens<Publication<P>>;
  readonly counters: { received: number; sent: number; dropped: number };
}

/** The broker is made of parts, so it comes after them. */
export interface Broker {
  readonly aedes: Aedes;
  /** Resolves when aedes takes connections. */
  readonly listening: Promise<void>;
}
