/** What is done about every call that is refused: it is translated, logged if it is our fault, counted, and recorded. */
import { addressBlock } from '@iotcore/model';
import type { Log } from '@iotcore/store';
import type { ControlStore } from '@iotcore/store/control';
import type { Caller } from '../auth/caller.ts';
import { type ApiError, codes, errors } from '../errors/catalogue.ts';
import { toApiError } from '../errors/translate.ts';
import { badCredentialsPerMinute, maxUserAgentCharacters } from '../limits.ts';
import type { CallObserver, CallOrigin } from './call.ts';
import { KeyedRate } from './keyed-rate.ts';
import type { ApiOperation } from './operation.ts';

/** A call that is refused, as far as it came. */
export interface RefusedCall {
  readonly operation: ApiOperation;
  readonly origin: CallOrigin;
  /** Undefined before it is proven. */
  readonly caller: Caller | undefined;
  readonly folderId: string | undefined;
  readonly resourceId: string | undefined;
}

/** Too many to write down one by one, or nowhere to write them down. */
const unrecorded: ReadonlySet<number> = new Set([codes.RESOURCE_EXHAUSTED, codes.UNAVAILABLE]);

/** Bad credentials are counted, and the count logged once in this time, so that guessing shows without filling the log. */
const reportIntervalMs = 60_000;

export class Refusals {
  readonly #store: ControlStore;
  readonly #logger: Log;
  readonly #observer: CallObserver;
  readonly #badCredentials: KeyedRate;
  #unreported = 0;
  #nextReportAt = 0;

  constructor(store: ControlStore, logger: Log, observer: CallObserver, rateWindowMs = 60_000) {
    this.#store = store;
    this.#logger = logger;
    this.#observer = observer;
    this.#badCredentials = new KeyedRate(badCredentialsPerMinute, rateWindowMs);
  }

  /** What to answer. Never throws. */
  async refuse(call: RefusedCall, thrown: unknown): Promise<ApiError> {
    const error = this.#slowedDown(toApiError(thrown), call.origin);
    this.#logIfOurs(error, thrown, call.origin);
    if (call.operation.record && !unrecorded.has(error.code)) await this.#record(call, error);
    return error;
  }

  /** Wherever credentials are refused, the exchange of tokens included: beyond the rate the answer is another. */
  #slowedDown(error: ApiError, { address }: CallOrigin): ApiError {
    if (error.status !== 'UNAUTHENTICATED') return error;
    this.#report();
    const waitSeconds = this.#badCredentials.take(addressBlock(address));
    if (waitSeconds === undefined) return error;
    this.#observer.rateLimited('credentials');
    return errors.rateLimited(waitSeconds);
  }

  #report(): void {
    this.#unreported += 1;
    if (Date.now() < this.#nextReportAt) return;
    this.#logger.warn({ failures: this.#unreported }, 'calls with bad credentials since the last such line');
    this.#unreported = 0;
    this.#nextReportAt = Date.now() + reportIntervalMs;
  }

  #logIfOurs(error: ApiError, thrown: unknown, { requestId }: CallOrigin): void {
    const fields = { err: thrown, requestId };
    if (error.status === 'UNAVAILABLE') this.#logger.warn(fields, 'answered UNAVAILABLE');
    if (error.status === 'INTERNAL') this.#logger.error(fields, 'answered INTERNAL');
  }

  async #record({ operation, origin, caller, folderId, resourceId }: RefusedCall, { code }: ApiError) {
    const { eventType = '' } = operation.record ?? {};
    try {
      await this.#store.recordRefusal({
        ...originForRecord(origin),
        eventType,
        callerId: caller?.id,
        folderId,
        resourceId,
        code,
      });
    } catch (failure) {
      const { requestId } = origin;
      this.#logger.error({ err: failure, requestId, eventType }, 'could not record a refused call');
    }
  }
}

/** Where a call came from and which it was, for the audit trail. */
export function originForRecord({ address, userAgent, requestId }: CallOrigin) {
  return { remoteIp: address, userAgent: userAgent.slice(0, maxUserAgentCharacters), requestId };
}
