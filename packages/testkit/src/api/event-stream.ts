import { type ServerEvent, serverEvents } from '@iotcore/sdk';
import { within } from '../deadline.ts';

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is what the tests are there to find out
type Json = any;

/** Server-sent events of the API as they come. */
export class EventStream {
  /** Resolves when the stream is over, whoever ended it. */
  readonly over: Promise<void>;
  readonly headers: Headers;
  readonly #arrived: ServerEvent[] = [];
  readonly #ending = new AbortController();
  #wake = Promise.withResolvers<void>();
  #isOver = false;

  private constructor(response: Response, ending: AbortController) {
    this.headers = response.headers;
    this.#ending = ending;
    this.over = this.#read(response.body as ReadableStream<Uint8Array>);
  }

  /** Throws what is answered instead of a stream. */
  static async open(url: URL, headers: Readonly<Record<string, string>>): Promise<EventStream> {
    const ending = new AbortController();
    const response = await fetch(url, { headers, signal: ending.signal });
    if (!response.ok)
      throw new Error(`${url.pathname} answered ${response.status}: ${await response.text()}`);
    return new EventStream(response, ending);
  }

  /** The next event of this name; others before it are passed over. Fails when none comes. */
  next(event: string): Promise<Json> {
    return within(this.#next(event), `an event ${event}`);
  }

  /** Of this name, that have come and were not read. */
  arrived(event: string): Json[] {
    return this.#arrived.filter((one) => one.event === event).map(({ data }) => data);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.over;
  }

  async #next(event: string): Promise<Json> {
    for (;;) {
      for (let next = this.#arrived.shift(); next; next = this.#arrived.shift())
        if (next.event === event) return next.data;
      if (this.#isOver) throw new Error(`the stream is over without an event ${event}`);
      await this.#wake.promise;
    }
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const event of serverEvents(body)) {
        this.#arrived.push(event);
        this.#wakeUp();
      }
    } catch {
      // Either side has ended it.
    }
    this.#isOver = true;
    this.#wakeUp();
  }

  #wakeUp(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
