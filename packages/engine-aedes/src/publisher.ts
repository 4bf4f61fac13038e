/**
 * The messages that one client publishes: allowed, stored, handed over, acknowledged. aedes writes a PUBACK before it
 * has handled the PUBLISH, so its PUBACKs wait here. Messages of retained topics are handed over once they are durable:
 * a client that subscribes meanwhile gets either the retained message or the live one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineHost, EngineLimits, PublishRoute, Qos, Reason, SessionInfo } from '@iotcore/engine';
import { MessageRefusedError, reasons } from '@iotcore/engine';
import type { Tokens } from './aedes/tokens.ts';
import type { EnginePublisher } from './engine-publisher.ts';
import { Routes } from './routes.ts';

/** Payloads of one client that are being stored: beyond, no more is read from it. */
const maxUnstoredBytes = 1_048_576;

/** Publishes a message that has been allowed, now that aedes emits it. */
export type Publication = (payload: Buffer, qos: Qos) => void;

/** What the publishers of one engine share. */
export interface PublisherParts<P> {
  readonly host: Pick<EngineHost<P>, 'route' | 'excessMs' | 'published' | 'record' | 'dropped'>;
  readonly limits: EngineLimits;
  /** What stands for a publication inside aedes. */
  readonly publications: Tokens<Publication>;
  readonly engine: Pick<EnginePublisher<P>, 'handOver' | 'store'>;
  readonly counters: { received: number; dropped: number };
}

/** What a publisher needs of its session. */
export interface PublisherLink {
  acknowledge(puback: readonly Buffer[]): void;
  /** There is room for another message. */
  resume(): void;
  close(reason: Reason): void;
}

/** A message between PUBLISH and PUBACK, or one that is being stored. */
interface Unfinished {
  /** PUBACK is owed, at QoS 1. */
  readonly isOwed: boolean;
  puback: readonly Buffer[] | undefined;
  /** Handing over that waited for the store. */
  handOver: (() => void) | undefined;
  isDue: boolean;
}

export class Publisher<P> {
  readonly #parts: PublisherParts<P>;
  readonly #info: SessionInfo<P>;
  readonly #link: PublisherLink;
  readonly #routes: Routes;
  /** In the order in which they came; so they are handed over, and so they are acknowledged [MQTT-4.6.0-2]. */
  readonly #unfinished: Unfinished[] = [];
  #unstoredBytes = 0;
  /** Of the message that aedes is at: what it waits for, and what stands for it. */
  #current: Unfinished | undefined;
  #token = '';
  #isEnded = false;

  constructor(parts: PublisherParts<P>, info: SessionInfo<P>, link: PublisherLink) {
    this.#parts = parts;
    this.#info = info;
    this.#link = link;
    this.#routes = new Routes((topic) => parts.host.route(info.principal, topic));
  }

  /** Enough is waiting: nothing more may begin. */
  get isFull(): boolean {
    return (
      this.#unfinished.length >= this.#parts.limits.maxInflightMessages ||
      this.#unstoredBytes >= maxUnstoredBytes
    );
  }

  get isSettled(): boolean {
    return this.#unfinished.length === 0;
  }

  /** aedes is given a PUBLISH. */
  begin(qos: Qos): void {
    this.#current = qos === 1 ? this.#add(true) : undefined;
  }

  /** aedes wrote the PUBACK of the PUBLISH that it is at. */
  holdPuback(puback: readonly Buffer[]): void {
    if (!this.#current || this.#current.puback) throw new TypeError('a PUBACK that answers no PUBLISH');
    this.#current.puback = puback;
    this.#finishDue();
  }

  /** May the client publish there? If so, the answer stands for the message when aedes emits it. */
  async allow(topic: string): Promise<string | undefined> {
    try {
      let route = await this.#routes.of(topic);
      const isRateLimited = route !== undefined && this.#parts.host.excessMs !== undefined;
      const isWithinRate = !isRateLimited || (await this.#isWithinRate());
      // Rights may have gone while it waited.
      if (isRateLimited && route?.basis.stale) route = await this.#routes.of(topic);
      if (this.#isEnded) return undefined;
      if (!route) {
        this.#link.close(reasons.publishNotAllowed(topic));
        return undefined;
      }
      this.#token = this.#parts.publications.issue((payload, qos) => {
        if (isWithinRate) this.#emitted(route, payload, qos);
      });
      return this.#token;
    } catch {
      this.#link.close(reasons.internal);
      return undefined;
    }
  }

  /** Beyond its sender's rate a message is dropped at QoS 0, and waits at QoS 1: aedes takes no other meanwhile. */
  async #isWithinRate(): Promise<boolean> {
    const { host, counters } = this.#parts;
    for (;;) {
      const excessMs = host.excessMs?.(this.#info) ?? 0;
      if (excessMs === 0 || this.#isEnded) return true;
      if (!this.#current) {
        counters.dropped++;
        host.dropped(this.#info, 'rate limit');
        return false;
      }
      await sleep(excessMs, undefined, { ref: false });
    }
  }

  /** The message that aedes is at is lost unacknowledged, as if the connection had gone a moment earlier. */
  end(): void {
    this.#isEnded = true;
    this.#parts.publications.redeem(this.#token);
  }

  #emitted(route: PublishRoute, payload: Buffer, qos: Qos): void {
    this.#parts.counters.received++;
    this.#parts.host.published(this.#info, performance.now());
    if (route.retainAs) {
      this.#store(route, payload, qos, this.#current ?? this.#add(false));
      return;
    }
    this.#parts.engine.handOver(route, payload, qos);
    this.#record(route, payload, qos, this.#current);
    this.#finishDue();
  }

  /** PUBACK is due once the logs have the message. */
  #record(route: PublishRoute, payload: Buffer, qos: Qos, message: Unfinished | undefined): void {
    const recorded = route.taps && this.#parts.host.record?.(this.#info.principal, route.taps, payload, qos);
    if (!message) return;
    if (!recorded) {
      message.isDue = true;
      return;
    }
    this.#unstoredBytes += payload.length;
    const settle = () => {
      this.#unstoredBytes -= payload.length;
      message.isDue = true;
      this.#finishDue();
      this.#link.resume();
    };
    recorded.then(settle, () => {
      this.#link.close(reasons.notStored);
      settle();
    });
  }

  #store(route: PublishRoute, payload: Buffer, qos: Qos, message: Unfinished): void {
    message.handOver = () => this.#parts.engine.handOver(route, payload, qos);
    this.#unstoredBytes += payload.length;
    const settle = () => {
      this.#unstoredBytes -= payload.length;
      message.isDue = true;
      this.#finishDue();
      this.#link.resume();
    };
    const stored = () => {
      if (!route.taps) return settle();
      this.#unstoredBytes -= payload.length;
      this.#record(route, payload, qos, message);
      this.#finishDue();
    };
    this.#parts.engine.store(route, payload).then(stored, (error: unknown) => {
      // MQTT 3.1.1 cannot refuse a message: only a lost connection makes the client send it again.
      if (error instanceof MessageRefusedError) {
        message.handOver = undefined;
        this.#link.close(error.reason);
      } else if (message.isOwed) this.#link.close(reasons.notStored);
      settle();
    });
  }

  #add(isOwed: boolean): Unfinished {
    const message = { isOwed, puback: undefined, handOver: undefined, isDue: false };
    this.#unfinished.push(message);
    return message;
  }

  #finishDue(): void {
    for (;;) {
      const first = this.#unfinished[0];
      if (!first?.isDue || (first.isOwed && !first.puback)) return;
      this.#unfinished.shift();
      first.handOver?.();
      if (first.puback) this.#link.acknowledge(first.puback);
    }
  }
}
