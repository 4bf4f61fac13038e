import { BackOff, type Clock, systemClock } from '@iotcore/process';
import { Connection, connectionConfig } from '../database/connections.ts';
import type { Log } from '../log.ts';
import type { Change } from './change.ts';
import { currentPosition, type Position, pruneChanges, readChanges } from './read-changes.ts';

/** Neither may throw; what they throw is logged. */
export interface ChangeListener {
  /** In the order of their writing, never empty; each is told once. */
  changed(changes: readonly Change[]): void;
  /** More may have changed than was told: whatever is cached must be looked up again. */
  missed(): void;
}

export interface ChangeFeedOptions {
  readonly logger: Log;
  readonly listener: ChangeListener;
  readonly clock?: Pick<Clock, 'nowMs' | 'after'>;
  /** How long a change may take that no notification announced, in ms. Default 1000. */
  readonly pollIntervalMs?: number;
}

/** Between two attempts to connect. */
const waits = { firstMs: 50, longestMs: 1000 };
/** A read that takes longer means that the connection is dead, in ms. */
const readTimeoutMs = 3000;
/** How long changes are kept for a reader that is away, and how often older ones are removed, in ms. */
const keepMs = 15 * 60_000;
const pruneIntervalMs = 5 * 60_000;

/**
 * Follows what other processes change, over a connection of its own. A notification wakes it; a poll finds what none
 * announced; after a lost connection it reads on from where it was.
 */
export class ChangeFeed {
  readonly #url: string;
  readonly #logger: Log;
  readonly #listener: ChangeListener;
  readonly #pollIntervalMs: number;
  readonly #clock: Pick<Clock, 'nowMs' | 'after'>;
  readonly #stopping = new AbortController();
  readonly #started = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #position: Position | undefined;
  #readAt: number | undefined;
  #prunedAt: number;
  #wake: () => void = () => undefined;

  constructor(
    url: string,
    { logger, listener, pollIntervalMs = 1000, clock = systemClock }: ChangeFeedOptions,
  ) {
    this.#url = url;
    this.#logger = logger;
    this.#listener = listener;
    this.#pollIntervalMs = pollIntervalMs;
    this.#clock = clock;
    this.#prunedAt = clock.nowMs();
  }

  /** Resolves once every later change will be told: what is read from the database after that cannot go stale unnoticed. */
  async start(): Promise<void> {
    this.#running ??= this.#run();
    await this.#started.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  /** For how long changes may have gone unnoticed, in ms: up to the poll interval, more while the database is away. */
  get behindMs(): number {
    return this.#readAt === undefined ? Number.POSITIVE_INFINITY : this.#clock.nowMs() - this.#readAt;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const backOff = new BackOff(waits);
    while (!signal.aborted) {
      const readAt = this.#readAt;
      try {
        await this.#follow();
      } catch (error) {
        if (this.#readAt !== readAt) backOff.reset();
        if (backOff.isFresh) this.#logger.warn({ err: error }, 'change feed interrupted');
        await backOff.wait(signal).catch(() => undefined);
      }
    }
    this.#started.resolve();
  }

  /** Follows over one connection, until it fails or the feed is stopped. */
  async #follow(): Promise<void> {
    const client = new Connection({
      ...connectionConfig(this.#url, 'iotcore changes'),
      connectionTimeoutMillis: readTimeoutMs,
      query_timeout: readTimeoutMs,
    });
    let failure: unknown;
    client.on('error', (error) => {
      failure = error;
      this.#wake();
    });
    client.on('notification', () => this.#wake());
    try {
      await client.connect();
      await client.query('LISTEN iotcore_changes');
      while (!this.#stopping.signal.aborted) {
        const woken = this.#nextWake();
        await this.#read(client);
        await this.#pruneWhenDue(client);
        await woken;
        if (failure !== undefined) throw failure;
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Resolves at the next notification, failure or stop, at the latest after the poll interval. */
  #nextWake(): Promise<void> {
    return new Promise((resolve) => {
      const callOff = this.#clock.after(this.#pollIntervalMs, resolve);
      this.#wake = () => {
        callOff();
        resolve();
      };
    });
  }

  async #read(client: Connection): Promise<void> {
    if (this.#position === undefined) {
      this.#position = await currentPosition(client);
      this.#readAt = this.#clock.nowMs();
      this.#started.resolve();
      return;
    }
    const { position, changes, missed } = await readChanges(client, this.#position);
    this.#position = position;
    this.#readAt = this.#clock.nowMs();
    if (missed) this.#tell(() => this.#listener.missed());
    else if (changes.length > 0) this.#tell(() => this.#listener.changed(changes));
  }

  #tell(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#logger.error({ err: error }, 'a listener of the change feed failed');
    }
  }

  async #pruneWhenDue(client: Connection): Promise<void> {
    if (this.#clock.nowMs() - this.#prunedAt < pruneIntervalMs) return;
    this.#prunedAt = this.#clock.nowMs();
    await pruneChanges(client, keepMs);
  }
}
