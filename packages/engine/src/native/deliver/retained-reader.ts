/**
 * The retained messages that a session gets on subscribing [MQTT-3.3.1-6], with the retain flag [MQTT-3.3.1-8]. Each session has
 * one reader, which reads for one filter after the other, a page at a time, and no faster than the client takes them: a client
 * that does not read costs one page, whatever it subscribes to.
 *
 * A live message that is handed over while a page is read may be newer than the page's message of its topic. Then the page's
 * message is left out, since the client would take the older message for the newer. Later pages are read after it.
 */
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { EngineHost, Qos, RetainedMessage, TenantBudget } from '../../port.ts';
import type { Places } from './places.ts';

/** Topics, by characters, that may be heard while one page is read. Beyond, the page is of no use. */
const maxHeardCharacters = 262_144;
/** What a message of a page costs beside its topic and payload. */
const messageOverheadBytes = 128;
/** Filters that are looked at, and messages that are sent, in one tick; others get theirs in between. */
const filtersPerTick = 16;
const messagesPerTick = 64;

/** One for all: an abort that is given none makes a DOMException with a stack, a tenth of a millisecond for each session. */
const sessionOver = new Error('the session is over');

export interface GrantedFilter {
  readonly filter: string;
  readonly qos: Qos;
}

/** What the reader needs of its session. */
export interface RetainedReaderSession<P> {
  readonly principal: P;
  readonly tenant: TenantBudget | undefined;
  hasSubscription(filter: string): boolean;
  /** Resolves when a message could be sent at once, or when the session is over. */
  room(): Promise<void>;
  sendRetained(message: RetainedMessage, qos: Qos): void;
  /** So many bytes more wait for the client, or fewer. */
  pageBytesChanged(change: number): void;
  /** Retained messages cannot be read. */
  retainedUnread(): void;
}

export class RetainedReader<P> {
  readonly #host: Pick<EngineHost<P>, 'retained'>;
  readonly #places: Places;
  readonly #session: RetainedReaderSession<P>;
  /** Aborted when the session is over; there only while the reader runs, as it does in few of all sessions at a time. */
  #over: AbortController | undefined;
  /** Filters whose retained messages are still to be read; a filter that is subscribed again is read for once more. */
  readonly #wanted = new Map<string, Qos>();
  #current: GrantedFilter | undefined;
  #steps = 0;
  /** Topics that were heard while a page is being read, each with the newest version; infinite if one had none. */
  #heard: Map<string, number> | undefined;
  #heardCharacters = 0;
  /** The rest of the page that was read. */
  #page: Map<string, RetainedMessage> | undefined;

  constructor(host: Pick<EngineHost<P>, 'retained'>, places: Places, session: RetainedReaderSession<P>) {
    this.#host = host;
    this.#places = places;
    this.#session = session;
  }

  /** Reads for these filters, after those that are wanted already. */
  read(filters: readonly GrantedFilter[]): void {
    for (const { filter, qos } of filters) {
      if (this.#current?.filter === filter) this.#current = undefined;
      this.#wanted.delete(filter);
      this.#wanted.set(filter, qos);
    }
    if (this.#over === undefined) void this.#run();
  }

  /** Whether it must be told of live messages. */
  get isWatching(): boolean {
    return this.#heard !== undefined || this.#page !== undefined;
  }

  /** A message on the topic has been handed over. */
  heard(topic: string, version = Number.POSITIVE_INFINITY): void {
    const left = this.#page?.get(topic);
    if (left && !isNewer(left, version)) this.#drop(left);
    if (this.#heard === undefined) return;
    const before = this.#heard.get(topic);
    if (before === undefined) this.#heardCharacters += topic.length;
    if (this.#heardCharacters <= maxHeardCharacters)
      this.#heard.set(topic, Math.max(version, before ?? version));
  }

  /** The session is over. */
  cancel(): void {
    this.#wanted.clear();
    this.#current = undefined;
    this.#over?.abort(sessionOver);
  }

  async #run(): Promise<void> {
    this.#over = new AbortController();
    const { signal } = this.#over;
    try {
      for (const [filter, qos] of this.#wanted) {
        this.#wanted.delete(filter);
        if (++this.#steps % filtersPerTick === 0) await yieldToEventLoop();
        if (!this.#session.hasSubscription(filter)) continue;
        const pages = this.#host.retained(this.#session.principal, filter, signal);
        if (pages) await this.#sendAll({ filter, qos }, pages, signal);
      }
    } catch {
      if (!signal.aborted) this.#session.retainedUnread();
    } finally {
      this.#over = undefined;
    }
  }

  async #sendAll(
    current: GrantedFilter,
    pages: AsyncIterable<readonly RetainedMessage[]>,
    signal: AbortSignal,
  ): Promise<void> {
    this.#current = current;
    const iterator = pages[Symbol.asyncIterator]();
    try {
      for (;;) {
        await this.#session.room();
        if (!this.#isWanted(current) || !(await this.#nextPage(iterator, signal))) return;
        await this.#sendPage(current);
      }
    } finally {
      await iterator.return?.();
    }
  }

  /** Unsubscribed, or subscribed again: then all of it is sent again. */
  #isWanted(current: GrantedFilter): boolean {
    return this.#current === current && this.#session.hasSubscription(current.filter);
  }

  /** False: there are no more. */
  async #nextPage(
    iterator: AsyncIterator<readonly RetainedMessage[]>,
    signal: AbortSignal,
  ): Promise<boolean> {
    const giveBack = await this.#takePlace(signal);
    const heard = new Map<string, number>();
    this.#heard = heard;
    this.#heardCharacters = 0;
    try {
      const { done, value } = await iterator.next();
      if (done) return false;
      if (this.#heardCharacters > maxHeardCharacters)
        throw new Error('too much was heard while a page was read');
      const fresh = value.filter((message) => isNewer(message, heard.get(message.topic)));
      this.#page = new Map(fresh.map((message) => [message.topic, message]));
      this.#session.pageBytesChanged(sum(this.#page.values()));
      return true;
    } finally {
      this.#heard = undefined;
      giveBack();
    }
  }

  async #sendPage(current: GrantedFilter): Promise<void> {
    const page = this.#page as Map<string, RetainedMessage>;
    try {
      for (const message of page.values()) {
        if (++this.#steps % messagesPerTick === 0) await yieldToEventLoop();
        await this.#session.room();
        if (!this.#isWanted(current)) return;
        if (page.get(message.topic) !== message) continue; // heard meanwhile
        this.#drop(message);
        this.#session.sendRetained(message, Math.min(current.qos, message.qos) as Qos);
      }
    } finally {
      this.#session.pageBytesChanged(-sum(page.values()));
      this.#page = undefined;
    }
  }

  #drop(message: RetainedMessage): void {
    this.#page?.delete(message.topic);
    this.#session.pageBytesChanged(-costOf(message));
  }

  /** A place among the readers of the tenant, then among all. */
  async #takePlace(signal: AbortSignal): Promise<() => void> {
    const ofTenant = await this.#session.tenant?.takeRetainedReader(signal);
    try {
      const ofAll = await this.#places.take(signal);
      return () => {
        ofAll();
        ofTenant?.();
      };
    } catch (error) {
      ofTenant?.();
      throw error;
    }
  }
}

/** Newer than the live message of its topic, if there was one. */
function isNewer({ version = 0 }: RetainedMessage, heard: number | undefined): boolean {
  return heard === undefined || version > heard;
}

function sum(messages: Iterable<RetainedMessage>): number {
  let bytes = 0;
  for (const message of messages) bytes += costOf(message);
  return bytes;
}

function costOf({ topic, payload }: RetainedMessage): number {
  return topic.length + payload.length + messageOverheadBytes;
}
