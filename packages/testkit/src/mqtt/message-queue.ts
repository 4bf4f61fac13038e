import { within } from '../deadline.ts';

export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

/** What arrived and has not been read yet, in order. */
export class MessageQueue {
  readonly #arrived: ReceivedMessage[] = [];
  readonly #waiting: ((message: ReceivedMessage) => void)[] = [];

  push(message: ReceivedMessage): void {
    const reader = this.#waiting.shift();
    if (reader) reader(message);
    else this.#arrived.push(message);
  }

  /** The next message; fails when none comes. */
  next(): Promise<ReceivedMessage> {
    const arrived = this.#arrived.shift();
    if (arrived) return Promise.resolve(arrived);
    return within(new Promise((resolve) => this.#waiting.push(resolve)), 'a message');
  }

  /** The next `count` messages. */
  async take(count: number): Promise<ReceivedMessage[]> {
    const taken: ReceivedMessage[] = [];
    while (taken.length < count) taken.push(await this.next());
    return taken;
  }

  /** How many wait to be read. Says nothing of what is still under way: see `expectSilence`. */
  get size(): number {
    return this.#arrived.length;
  }
}
