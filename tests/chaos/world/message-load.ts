import type { LoadClient } from '@iotcore/testkit/faults';

/** A client, and the topics that it publishes to in turn. */
export interface PublishingClient {
  readonly client: LoadClient;
  readonly topics: readonly string[];
  readonly perSecond: number;
}

/** How often it is looked who is due, ms. */
const tickMs = 20;
/** A publisher with so many messages unacknowledged waits, as firmware does whose memory is small. */
const window = 20;

/** Publishes at an even rate, as long as what was sent is acknowledged. */
export class MessageLoad {
  readonly #publishers: { readonly who: PublishingClient; dueAt: number; turn: number }[];
  #timer: NodeJS.Timeout | undefined;

  constructor(publishers: readonly PublishingClient[]) {
    const now = performance.now();
    this.#publishers = publishers.map((who, number) => ({
      who,
      dueAt: now + (number / publishers.length) * (1000 / who.perSecond),
      turn: 0,
    }));
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    for (const one of this.#publishers) {
      const { client, topics, perSecond } = one.who;
      if (now < one.dueAt) continue;
      one.dueAt = Math.max(one.dueAt + 1000 / perSecond, now - 1000);
      const topic = topics[one.turn % topics.length];
      if (client.unacked >= window || topic === undefined) continue;
      one.turn += 1;
      client.publish(topic);
    }
  }
}
