/**
 * Routes on a link: where a message goes is said once, and then by a number. Both ends forget all of them together when
 * there are too many, so that the numbers of one end are always those of the other.
 */
import {
  type ClusterRecord,
  messageRecordBytes,
  type RouteDestination,
  writeMessageRecord,
} from '../frames/records.ts';
import type { Link } from './link.ts';
import type { OutgoingRemote, RemoteMessage, RemoteRoute } from './remote.ts';

/** Routes of one direction of a link: 42 bytes each where they go out, 370 to 800 where they come in, by their destinations. */
const maxRoutes = 100_000;

export class OutgoingRoutes {
  #numbers = new WeakMap<RemoteRoute, number>();
  #last = 0;

  append(link: Link, route: RemoteRoute, { end, payload, qos, retainedAs }: OutgoingRemote): void {
    const number = this.#numbers.get(route) ?? this.#add(link, route);
    if (retainedAs) {
      link.append({ type: 'stored', route: number, qos, ...retainedAs, payload });
      return;
    }
    const endBytes = Buffer.byteLength(end);
    link.appendRecord(messageRecordBytes(endBytes, payload.length), (to, at) =>
      writeMessageRecord(to, at, { route: number, qos, end, payload }, endBytes),
    );
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
  readonly #destinations = new Map<number, readonly RouteDestination[]>();

  add(number: number, destinations: readonly RouteDestination[]): void {
    if (number <= maxRoutes) this.#destinations.set(number, destinations);
  }

  clear(): void {
    this.#destinations.clear();
  }

  /** Undefined: there is no such route. */
  find(record: ClusterRecord & { type: 'message' | 'stored' }): RemoteMessage | undefined {
    const destinations = this.#destinations.get(record.route);
    if (!destinations) return undefined;
    const { payload, qos } = record;
    if (record.type === 'message') return { destinations, end: record.end, payload, qos };
    const { namespace, topic, version } = record;
    return { destinations, end: '', payload, qos, retainedAs: { namespace, topic, version } };
  }
}
