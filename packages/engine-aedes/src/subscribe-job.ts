import type { Qos, RetainedMessage } from '@iotcore/engine';
import type { Delivery, OvertakingWatch } from './delivery.ts';
import type { Subscription, TokenRequest } from './subscriptions.ts';

/** A retained message in the form that aedes reads from a store of retained messages. */
export interface RetainedPacket {
  readonly cmd: 'publish';
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain: true;
}

/**
 * One SUBSCRIBE, from the packet to the last retained message. Retained messages take time, and live ones do not wait for
 * them: a topic that has been delivered live meanwhile is left out, or its older message would come after the newer.
 */
export class SubscribeJob<Subscriber> {
  readonly #requests: readonly TokenRequest[];
  readonly #delivery: Delivery;
  readonly #overtaken: OvertakingWatch;
  /** Given to aedes, and not yet on the way to the client. */
  #underway = 0;
  #isRead = false;
  /** Tokens that the answer is 0x80 for. */
  readonly refused = new Set<string>();

  constructor(requests: readonly TokenRequest[], delivery: Delivery) {
    this.#requests = requests;
    this.#delivery = delivery;
    this.#overtaken = delivery.watchOvertaking();
  }

  /** If a filter is named twice, the last counts, as if each had come in a packet of its own [MQTT-3.8.4-4]. */
  qosOf(filter: string): Qos {
    return this.#requests.findLast((request) => request.filter === filter)?.qos ?? 0;
  }

  get isRefused(): boolean {
    return this.refused.size === this.#requests.length;
  }

  /** In the order of the packet. */
  refusedFilters(): string[] {
    return this.#requests.filter(({ token }) => this.refused.has(token)).map(({ filter }) => filter);
  }

  async *retainedMessages(
    subscriptions: Iterable<Subscription<Subscriber>>,
    stored: (filter: string) => AsyncIterable<readonly RetainedMessage[]> | undefined,
  ): AsyncGenerator<RetainedPacket> {
    for (const { filter, qos: granted } of subscriptions) {
      for await (const page of stored(filter) ?? []) {
        for (const { topic, payload, qos: sentAt } of page) {
          const qos = Math.min(granted, sentAt) as Qos;
          if (!(await this.#delivery.admitStored(qos))) return;
          this.#underway++;
          // A buffer object of its own, by which the message is known again.
          yield { cmd: 'publish', topic, payload: payload.subarray(), qos, retain: true };
        }
      }
    }
  }

  /** Called at the moment when aedes sends the message on. False: it is out of date, and must not be sent. */
  forward(topic: string, qos: Qos): boolean {
    const isCurrent = !this.#overtaken.has(topic);
    if (!isCurrent) this.#delivery.withdrawStored(qos);
    this.#underway--;
    this.#stopIfDone();
    return isCurrent;
  }

  /** There are no more retained messages, or none at all. */
  finish(): void {
    this.#isRead = true;
    this.#stopIfDone();
  }

  #stopIfDone(): void {
    if (this.#isRead && this.#underway === 0) this.#overtaken.stop();
  }
}
