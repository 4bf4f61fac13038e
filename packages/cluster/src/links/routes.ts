/**
 * Routes on a link: where a message goes is said once, and then by a number. Both ends forget all of them together when
 * there are too many, so that the numbers of one end are always those of the other.
 */
import { type ClusterRecord, messageRecordBytes, writeMessageRecord } from '../frames/records.ts';
import type { Link } from './link.ts';
import {
  type PlacedMessage,
  payloadOf,
  placed,
  type RemoteMessage,
  type RemoteRoute,
  type RouteDestinations,
} from './remote.ts';

/** Routes of one direction of a link: 42 bytes each where they go out, 370 to 800 where they come in, by their destinations. */
const maxRoutes = 100_000;

export class OutgoingRoutes {
  #numbers = new WeakMap<RemoteRoute, number>();
  #last = 0;

  /** `end`: what is added to each topic of the route. */
  append(link: Link, route: RemoteRoute, end: string, message: PlacedMessage): void {
    const number = this.#numbers.get(route) ?? this.#add(link, route);
    const { qos, retainedAs } = message;
    if (retainedAs) {
      link.append({ type: 'stored', route: number, qos, ...retainedAs, payload: payloadOf(message) });
      return;
    }
    const endBytes = end === '' ? 0 : Buffer.byteLength(end);
    const at = link.reserve(messageRecordBytes(endBytes, message));
    if (at !== undefined) writeMessageRecord(link.buffer, at, number, end, endBytes, message);
  }

  #add(link: Link, route: RemoteRoute): number {
    if (this.#last >= maxRoutes) {
      link.append({ type: 'forgetRoutes' });
      this.#numbers = new WeakMap();
      this.#last = 0;
    }
    const number = ++this.#last;
    this.#numbers.set(route, number);
    link.append({ type: 'route', route: number, destinations: route.destinations });
    return number;
  }
}

export class IncomingRoutes {
  readonly #destinations = new Map<number, RouteDestinations>();

  add(number: number, destinations: RouteDestinations): void {
    if (number <= maxRoutes) this.#destinations.set(number, destinations);
  }

  clear(): void {
    this.#destinations.clear();
  }

  /** Undefined: there is no such route. */
  find(number: number): RouteDestinations | undefined {
    return this.#destinations.get(number);
  }
}

/** The message of a record. That of most is the record itself: an object less for each. */
export function messageOf(record: ClusterRecord & { type: 'message' | 'stored' }): RemoteMessage {
  if (record.type === 'message') return record;
  const { payload, qos, namespace, topic, version } = record;
  return { end: '', ...placed(payload, qos, { namespace, topic, version }) };
}
