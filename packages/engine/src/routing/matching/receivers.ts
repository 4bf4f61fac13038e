/**
 * The receivers of a message, split by the quality of service that they were granted: a message goes out at the lower of its
 * own QoS and the receiver's [MQTT-3.8.4-6]. A receiver is in one of the lists, and only once [MQTT-3.3.5-1].
 */
export interface ReceiverLists<S> {
  readonly atQos0: readonly S[];
  readonly atQos1: readonly S[];
}

/**
 * The answer to "who receives this topic?". It may be kept and used for message after message until `stale`: then ask again.
 * Going stale is how a change of subscriptions, or the bound of the cache, reaches every holder at the price of one
 * property read a message.
 */
export interface Receivers<S> extends ReceiverLists<S> {
  readonly stale: boolean;
}

const nobody: readonly never[] = Object.freeze([]);

export const noReceivers: ReceiverLists<never> = Object.freeze({ atQos0: nobody, atQos1: nobody });

/** A cached answer. Once stale it lets go of the receivers, so that a forgotten holder keeps no closed session alive. */
export class CachedReceivers<S> implements Receivers<S> {
  stale = false;
  atQos0: readonly S[];
  atQos1: readonly S[];

  constructor(lists: ReceiverLists<S>) {
    this.atQos0 = lists.atQos0;
    this.atQos1 = lists.atQos1;
  }

  expire(): void {
    this.stale = true;
    this.atQos0 = nobody;
    this.atQos1 = nobody;
  }
}
