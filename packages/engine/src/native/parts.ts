import type { CodecLimits } from '../codec/index.ts';
import type { EngineHost, EngineLimits } from '../port.ts';
import type { Exchange } from '../routing/index.ts';
import type { Connection } from './connection.ts';
import type { DeadlineWheel } from './deadline-wheel.ts';
import type { OutgoingMessage } from './outgoing-message.ts';
import type { RouteBudget } from './route-cache.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { Turn } from './turn.ts';
import type { WaitingBytes } from './waiting-bytes.ts';

/** What the connections of one engine share. */
export interface EngineParts<P> {
  readonly host: EngineHost<P>;
  readonly limits: EngineLimits & CodecLimits;
  readonly exchange: Exchange<Session<P>, OutgoingMessage>;
  readonly turn: Turn;
  readonly deadlines: DeadlineWheel<Connection<P>>;
  readonly sessions: SessionRegistry<P>;
  readonly routes: RouteBudget;
  readonly waiting: WaitingBytes;
  readonly counters: Counters;
}

export interface Counters {
  messagesReceived: number;
  messagesSent: number;
  messagesDropped: number;
}
