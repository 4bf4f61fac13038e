import type { Qos } from '@iotcore/engine';
import type { RetainedPlace } from '@iotcore/engine/native';
import type { RouteDestination } from '../frames/records.ts';

/** Where the messages of a topic, or of all topics that begin alike, go beyond this node. */
export interface RemoteRoute {
  readonly destinations: readonly RouteDestination[];
  /** Of the namespaces of its destinations. */
  readonly hashes: readonly number[];
}

export interface RemoteMessage {
  /** The same object for all messages of a route. */
  readonly destinations: readonly RouteDestination[];
  /** What the topic of each destination goes on with. */
  readonly end: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retainedAs?: RetainedPlace | undefined;
}

/** A message on its way out, on a route. */
export interface OutgoingRemote {
  /** Is added to each topic of the route. */
  readonly end: string;
  /** Is copied at once. */
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retainedAs?: RetainedPlace | undefined;
}
