import type { Qos } from '@iotcore/engine';
import type { RetainedPlace } from '@iotcore/engine/native';
import type { RouteDestination } from '../frames/records.ts';
import type { InterestTable } from '../interest/interest-table.ts';
import { namespaceHash } from '../interest/namespace-hash.ts';

/** Where the messages of a topic, or of all topics that begin alike, go beyond this node. */
export class RemoteRoute {
  readonly destinations: RouteDestinations;
  readonly #hashes: readonly number[];
  #revision = 0;
  #wanting = 0;

  constructor(destinations: RouteDestinations) {
    this.destinations = destinations;
    this.#hashes = destinations.map(({ namespace }) => namespaceHash(namespace));
  }

  /** The bits of the nodes that want its messages. Remembered until the table changes: messages come more often than subscribers. */
  wanting(table: InterestTable): number {
    if (this.#revision !== table.revision) {
      this.#revision = table.revision;
      this.#wanting = 0;
      for (const hash of this.#hashes) this.#wanting |= table.wanting(hash);
    }
    return this.#wanting;
  }
}

/** A message where it lies among other bytes: it has not been copied, and is not kept. */
export interface PlacedMessage {
  readonly bytes: Buffer;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  readonly qos: Qos;
  readonly retainedAs?: RetainedPlace | undefined;
  /** The same for messages that had all been read before the first of them was published; 0: nothing is known of it. */
  readonly input?: number;
}

/** Where the messages of a route go: the same object for all of them. */
export type RouteDestinations = readonly RouteDestination[];

/** A message of another node. */
export interface RemoteMessage extends PlacedMessage {
  /** What the topic of each destination goes on with. */
  readonly end: string;
}

/** A message whose payload these bytes are. */
export function placed(payload: Buffer, qos: Qos, retainedAs?: RetainedPlace): PlacedMessage {
  return { bytes: payload, payloadStart: 0, payloadEnd: payload.length, qos, retainedAs };
}

export function payloadOf({ bytes, payloadStart, payloadEnd }: PlacedMessage): Buffer {
  return bytes.subarray(payloadStart, payloadEnd);
}
