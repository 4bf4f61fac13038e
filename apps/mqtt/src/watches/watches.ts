/**
 * Live views of what a registry, device or broker hears, of who is refused in its name, and of its connection log. A watch
 * subscribes inside the engine with the rights of that principal, so it shows nothing that the principal would not hear.
 */
import type { Readable } from 'node:stream';
import type { Engine, NamespaceFilter, ObservedMessage, SubscriptionGrant } from '@iotcore/engine';
import { type Principal, publisherOf, refusalRule, watchedFilters } from '@iotcore/model';
import type { LogLine } from '@iotcore/store/data-plane';
import type { Refused } from '../refused-clients/refused-clients.ts';
import { WatchStream } from './watch-stream.ts';

/** What the API asks for. */
export interface WatchRequest {
  readonly principalKind: Principal['kind'];
  readonly principalId: string;
  readonly messages: boolean;
  /** Absent: all that it hears. */
  readonly filter?: string;
  /** Of each payload so many bytes are shown; absent: none. */
  readonly payloadBytes?: number;
  readonly refusals: boolean;
  readonly log: boolean;
}

/** Why there is no watch, for the API to tell its caller. */
export interface WatchRefusal {
  readonly status: 400 | 404 | 429 | 501;
  readonly code: string;
  readonly reason: string;
}

export interface WatchesParts {
  /** Rejects while the database is away. */
  findPrincipal(id: string): Promise<Principal | undefined>;
  grant(
    principal: Principal,
    filter: string,
  ): SubscriptionGrant | undefined | Promise<SubscriptionGrant | undefined>;
  readonly observe: Engine<unknown>['observe'];
  now(): Date;
}

/** Of one process: each costs up to 272 KiB, and a hundredth of a core at its rate. */
const maxWatches = 20;

interface Watch {
  readonly request: WatchRequest;
  /** Where its principal is. */
  readonly folderId: string | undefined;
  readonly stream: WatchStream;
}

export class Watches {
  readonly #parts: WatchesParts;
  /** By the ID of what they are about. */
  readonly #bySubject = new Map<string, Set<Watch>>();
  #count = 0;

  constructor(parts: WatchesParts) {
    this.#parts = parts;
  }

  /** How many there are. */
  get size(): number {
    return this.#count;
  }

  /** A watch, which ends when its stream is destroyed. Rejects while the database is away. */
  async open(request: WatchRequest): Promise<Readable | WatchRefusal> {
    if (this.#count >= maxWatches)
      return { status: 429, code: 'TOO_MANY', reason: `At most ${maxWatches} live views at a time.` };
    this.#count++;
    const stream = new WatchStream();
    stream.once('close', () => this.#count--);
    try {
      const refusal = await this.#start(request, stream);
      if (refusal) stream.destroy();
      return refusal ?? stream;
    } catch (error) {
      stream.destroy();
      throw error;
    }
  }

  /** To be told of each line of a connection log. */
  logged({ resourceId, folderId, at, level, reason, message }: LogLine): void {
    for (const { request, stream } of this.#watchesOf(resourceId, folderId)) {
      if (!request.log) continue;
      const rule = refusalRule(reason);
      stream.offer('entry', () => ({ at, level, reason, ...(rule !== undefined && { rule }), message }));
    }
  }

  /** To be told of each client that is refused. */
  refused(refused: Refused): void {
    const { reason, subjectId, claimedId, folderId, remoteAddress, secure, clientId, detail } = refused;
    for (const { request, stream } of this.#watchesOf(subjectId ?? claimedId ?? '', folderId)) {
      if (!request.refusals) continue;
      const rule = refusalRule(reason) ?? reason;
      stream.offer('refused', () => ({
        at: this.#parts.now(),
        ...{ reason, rule, address: remoteAddress, tls: secure, clientId, detail },
      }));
    }
  }

  /** Of this resource, and not of one that has its ID in another folder by now. */
  #watchesOf(resourceId: string, folderId: string | undefined): Watch[] {
    const watches = this.#bySubject.get(resourceId);
    if (!watches) return [];
    return [...watches].filter((watch) => folderId === undefined || watch.folderId === folderId);
  }

  async #start(request: WatchRequest, stream: WatchStream): Promise<WatchRefusal | undefined> {
    const principal = await this.#parts.findPrincipal(request.principalId);
    if (principal?.kind !== request.principalKind)
      return { status: 404, code: 'NO_SUCH_PRINCIPAL', reason: `There is no such ${request.principalKind}.` };
    if (request.messages) {
      const ending = await this.#observe(principal, request, stream);
      if (typeof ending !== 'function') return ending;
      stream.once('close', ending);
      if (stream.destroyed) ending();
    }
    this.#keep({ request, stream, folderId: principal.folderId });
    return undefined;
  }

  async #observe(
    principal: Principal,
    request: WatchRequest,
    stream: WatchStream,
  ): Promise<WatchRefusal | (() => void)> {
    const { observe } = this.#parts;
    if (!observe)
      return { status: 501, code: 'UNIMPLEMENTED', reason: 'This MQTT engine has no live views.' };
    const filters = await this.#grantAll(principal, request.filter);
    if (filters.length === 0)
      return { status: 400, code: 'NOT_ALLOWED', reason: 'It may not subscribe to this filter.' };
    const ending = await observe(filters, (message) =>
      stream.offer('message', () => this.#show(message, request)),
    );
    return ending ?? { status: 429, code: 'TOO_MANY', reason: 'There are too many such filters.' };
  }

  async #grantAll(principal: Principal, filter: string | undefined): Promise<NamespaceFilter[]> {
    const granted = await Promise.all(
      watchedFilters(principal, filter).map(({ as, filter: one }) => this.#parts.grant(as, one)),
    );
    const filters = granted.flatMap((one) => one?.filters ?? []);
    return [...new Map(filters.map((one) => [JSON.stringify([one.namespace, one.filter]), one])).values()];
  }

  #show(message: ObservedMessage, { payloadBytes }: WatchRequest): object {
    const { topic, qos, payloadBytes: size } = message;
    const publisher = publisherOf(topic);
    return {
      at: this.#parts.now(),
      ...{ topic, qos, size },
      ...(payloadBytes !== undefined && { payload: message.copyPayload(payloadBytes).toString('base64') }),
      ...(publisher && { publisher: { ...publisher, kind: publisher.kind.toUpperCase() } }),
    };
  }

  #keep(watch: Watch): void {
    const { principalId } = watch.request;
    const those = this.#bySubject.get(principalId) ?? new Set();
    this.#bySubject.set(principalId, those.add(watch));
    watch.stream.once('close', () => {
      those.delete(watch);
      if (those.size === 0) this.#bySubject.delete(principalId);
    });
  }
}
