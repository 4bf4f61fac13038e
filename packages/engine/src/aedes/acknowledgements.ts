interface Ticket {
  puback: readonly Buffer[] | undefined;
  isDue: boolean;
}

/**
 * PUBACKs of one publisher. aedes writes a PUBACK before it has handled the PUBLISH; here it waits until the message has
 * been handed over, and is durable where it must be, and leaves in the order in which the messages came [MQTT-4.6.0-2].
 */
export class Acknowledgements {
  readonly #send: (puback: readonly Buffer[]) => void;
  #tickets: Ticket[] = [];

  constructor(send: (puback: readonly Buffer[]) => void) {
    this.#send = send;
  }

  /** How many messages are not acknowledged yet. */
  get pending(): number {
    return this.#tickets.length;
  }

  /** A PUBLISH is given to aedes. The answer is to be called once when its PUBACK may leave. */
  expect(): () => void {
    const ticket: Ticket = { puback: undefined, isDue: false };
    this.#tickets.push(ticket);
    return () => {
      ticket.isDue = true;
      this.#sendDue();
    };
  }

  /** aedes wrote the PUBACK of the PUBLISH that it was given last. */
  hold(puback: readonly Buffer[]): void {
    const ticket = this.#tickets.at(-1);
    if (!ticket || ticket.puback) throw new TypeError('a PUBACK that answers no PUBLISH');
    ticket.puback = puback;
    this.#sendDue();
  }

  #sendDue(): void {
    for (;;) {
      const first = this.#tickets[0];
      if (!first?.isDue || !first.puback) return;
      this.#tickets.shift();
      this.#send(first.puback);
    }
  }
}
