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
  readonly #waiting: PromiseWithResolvers<ReceivedMessage>[] = [];
  #end: Error | undefined;

  push(message: ReceivedMessage): void {
    const reader = this.#waiting.shift();
    if (reader) reader.resolve(message);
    else this.#arrived.push(message);
  }

  /** Nothing comes any more: who waits for a message is told why. What has arrived can still be read. */
  end(reason: Error): void {
    this.#end ??= reason;
    for (const reader of this.#waiting.splice(0)) reader.reject(this.#end);
  }

  /** The next message; fails when none comes, at once if none can come any more. */
  next(): Promise<ReceivedMessage> {
    const arrived = this.#arrived.shift();
    if (arrived) return Promise.resolve(arrived);
    if (this.#end) return Promise.reject(this.#end);
    const reader = Promise.withResolvers<ReceivedMessage>();
    this.#waiting.push(reader);
    return within(reader.promise, 'a message');
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
