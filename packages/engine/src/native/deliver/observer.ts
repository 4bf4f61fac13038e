import type { ObservedMessage, Qos } from '../../port.ts';
import type { Subscriber } from '../../routing/index.ts';
import type { OutgoingMessage } from '../messages/outgoing-message.ts';

/** A subscriber that is no session: it has no queue, waits for nothing and acknowledges nothing. */
export class Observer implements Subscriber<OutgoingMessage> {
  readonly #observe: (message: ObservedMessage) => void;

  constructor(observe: (message: ObservedMessage) => void) {
    this.#observe = observe;
  }

  deliver(message: OutgoingMessage, _qos: Qos): void {
    this.#observe(message);
  }
}
