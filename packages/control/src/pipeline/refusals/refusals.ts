/** What is done about every call that is refused: it is translated, logged if it is our fault, counted, and recorded. */
import { addressBlock } from '@iotcore/model';
import { type Rate, TokenBuckets } from '@iotcore/process';
import type { Log } from '@iotcore/store';
import type { ControlStore } from '@iotcore/store/control';
import type { Caller } from '../../auth/caller.ts';
import { type ApiError, codes, errors } from '../../errors/catalogue.ts';
import { toApiError } from '../../errors/translate.ts';
import { badCredentialsPerMinute, maxRateKeys, rateOf } from '../../limits.ts';
import { type CallObserver, type CallOrigin, originForRecord } from '../call.ts';
import type { ApiOperation } from '../operation.ts';
import { UnauthenticatedCalls } from './unauthenticated-calls.ts';

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

export interface RefusalParts {
  readonly store: Pick<ControlStore, 'recordEvents'>;
  readonly logger: Log;
  readonly observer: CallObserver;
  now(): Date;
}

export class Refusals {
  readonly #parts: RefusalParts;
  readonly #unauthenticated: UnauthenticatedCalls;
  readonly #badCredentials = new TokenBuckets(maxRateKeys);
  readonly #badCredentialRate: Rate;
  #unreported = 0;
  #nextReportAt = 0;

  /** `rateWindowMs`: the time in which an address may try so many bad credentials. Default: a minute. */
  constructor(parts: RefusalParts, rateWindowMs = 60_000) {
    this.#parts = parts;
    this.#badCredentialRate = rateOf(badCredentialsPerMinute, rateWindowMs);
    this.#unauthenticated = new UnauthenticatedCalls(parts);
  }

  /** Records what is summed up so far. */
  flush(): Promise<void> {
    return this.#unauthenticated.flush();
  }

  /** What to answer. Never throws. */
  async refuse(call: RefusedCall, thrown: unknown): Promise<ApiError> {
    const error = toApiError(thrown);
    if (error.status === 'UNAUTHENTICATED') return this.#refuseUnproven(call, error);
    this.#logIfOurs(error, thrown, call.origin);
    if (call.operation.record && !unrecorded.has(error.code)) await this.#record(call, error);
    return error;
  }

  /** Wherever credentials are refused, the exchange of tokens included: beyond the rate the answer is another. */
  #refuseUnproven({ operation, origin }: RefusedCall, error: ApiError): ApiError {
    this.#report();
    if (operation.record) this.#unauthenticated.count(operation.record.eventType, origin);
    const waitMs = this.#badCredentials.take(addressBlock(origin.address), this.#badCredentialRate);
    if (waitMs === 0) return error;
    this.#parts.observer.rateLimited('credentials');
    return errors.rateLimited(Math.ceil(waitMs / 1000));
  }

  #report(): void {
    this.#unreported += 1;
    const nowMs = this.#parts.now().getTime();
    if (nowMs < this.#nextReportAt) return;
    this.#parts.logger.warn(
      { failures: this.#unreported },
      'calls with bad credentials since the last such line',
    );
    this.#unreported = 0;
    this.#nextReportAt = nowMs + reportIntervalMs;
  }

  #logIfOurs(error: ApiError, thrown: unknown, { requestId }: CallOrigin): void {
    const fields = { err: thrown, requestId };
    if (error.status === 'UNAVAILABLE') this.#parts.logger.warn(fields, 'answered UNAVAILABLE');
    if (error.status === 'INTERNAL') this.#parts.logger.error(fields, 'answered INTERNAL');
  }

  async #record({ operation, origin, caller, folderId, resourceId }: RefusedCall, { code }: ApiError) {
    const { eventType = '' } = operation.record ?? {};
    const event = {
      ...originForRecord(origin),
      at: this.#parts.now(),
      eventType,
      callerId: caller?.id,
      folderId,
      resourceId,
      details: {},
      code,
    };
    try {
      await this.#parts.store.recordEvents([event]);
    } catch (failure) {
      const { requestId } = origin;
      this.#parts.logger.error({ err: failure, requestId, eventType }, 'could not record a refused call');
    }
  }
}
