/**
 * Address ranges that an operator keeps out until a time. Held in memory, since every new connection is compared with
 * them; read again when the change feed tells of one, and as long as reading fails.
 */
import { setTimeout as sleep, setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { networkMatcher } from '@iotcore/model';
import type { NetworkBlock } from '@iotcore/store/data-plane';

export interface NetworkBlocksParts {
  /** Rejects while the database is away. */
  read(): Promise<readonly NetworkBlock[]>;
  /** Addresses of live sessions, and how to end those whose address this picks. */
  addresses(): Iterable<string>;
  end(isBlocked: (address: string) => boolean): void;
  now(): number;
  failed(error: unknown): void;
}

/** Before the next try when the database is away. */
const retryMs = 1000;
/** Sessions that are looked at before messages have their turn again. */
const slice = 2000;

export class NetworkBlocks {
  readonly #parts: NetworkBlocksParts;
  readonly #stopping = new AbortController();
  #blocks: readonly NetworkBlock[] = [];
  #matches: (address: string) => boolean = () => false;
  /** When the first of the blocks ends that `#matches` knows, in ms since 1970. */
  #firstEnd = Number.POSITIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #isStale = false;

  constructor(parts: NetworkBlocksParts) {
    this.#parts = parts;
  }

  isBlocked(address: string): boolean {
    if (this.#parts.now() >= this.#firstEnd) this.#match();
    return this.#matches(address);
  }

  /** Reads the blocks, now or after what is being read, and ends the sessions that they concern. Never rejects. */
  async reload(): Promise<void> {
    this.#isStale = true;
    this.#reading ??= this.#readUntilFresh().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#reading;
  }

  async #readUntilFresh(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#isStale && !signal.aborted) {
      this.#isStale = false;
      try {
        this.#blocks = await this.#parts.read();
        this.#match();
        if (this.#blocks.length > 0) await this.#endSessions();
      } catch (error) {
        this.#parts.failed(error);
        this.#isStale = true;
        await sleep(retryMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #match(): void {
    const now = this.#parts.now();
    const current = this.#blocks.filter(({ endsAt }) => endsAt.getTime() > now);
    this.#firstEnd = Math.min(Number.POSITIVE_INFINITY, ...current.map(({ endsAt }) => endsAt.getTime()));
    this.#matches = networkMatcher(current.map(({ network }) => network));
  }

  /** The addresses are looked at in slices; most of the time none is blocked, and nothing is ended. */
  async #endSessions(): Promise<void> {
    const doomed = new Set<string>();
    let looked = 0;
    for (const address of new Set(this.#parts.addresses())) {
      if (this.isBlocked(address)) doomed.add(address);
      if (++looked % slice === 0) await yieldToEventLoop();
    }
    if (doomed.size > 0) this.#parts.end((address) => doomed.has(address));
  }
}
