import { TokenBuckets } from '@iotcore/process';
import type { Log } from '@iotcore/store';
import { maxRateKeys, rateOf } from '../limits.ts';
import type { CallInput, CallObserver, CallOrigin } from './call.ts';
import { OpenCall, type PipelineParts } from './open-call.ts';
import type { ApiOperation } from './operation.ts';
import { Refusals } from './refusals/refusals.ts';
import type { Services } from './services.ts';
import { StreamPlaces } from './streams/stream-places.ts';

export interface ControlPlaneOptions {
  readonly services: Services;
  readonly logger: Log;
  readonly observer: CallObserver;
  /** Of one caller, or of one address that calls public operations. */
  readonly callsPerSecond: number;
  /** As many calls, or bad credentials, may be made in this time. Default: a second, and a minute. */
  readonly rateWindowMs?: number | undefined;
}

/** Between two records of what is summed up, in ms. */
const flushIntervalMs = 60_000;

/** The pipeline: every call of every edge goes through it, and shares its rates. */
export class ControlPlane {
  readonly #parts: PipelineParts;
  readonly #flushing: NodeJS.Timeout;

  constructor({ services, logger, observer, callsPerSecond, rateWindowMs }: ControlPlaneOptions) {
    const { store, clock, authenticator, pageTokens } = services;
    this.#parts = {
      ...{ services, store, clock, authenticator, pageTokens },
      observer,
      logger,
      calls: new TokenBuckets(maxRateKeys),
      streams: new StreamPlaces(),
      callRate: rateOf(callsPerSecond, rateWindowMs ?? 1000),
      refusals: new Refusals({ store, now: clock.date, logger, observer }, rateWindowMs),
    };
    this.#flushing = setInterval(() => void this.#parts.refusals.flush(), flushIntervalMs);
  }

  /** For an edge that reads the input after the caller is proven: `admit`, then `run`; what they throw goes to `refuse`. */
  open(operation: ApiOperation, origin: CallOrigin, resourceId?: string): OpenCall {
    return new OpenCall(operation, origin, resourceId, this.#parts);
  }

  /**
   * For an edge that has the whole input: all of it in one step.
   *
   * @throws ApiError, recorded and ready to be answered
   */
  async call(operation: ApiOperation, origin: CallOrigin, input: CallInput): Promise<unknown> {
    const call = this.open(operation, origin);
    try {
      await call.admit();
      return await call.run(input);
    } catch (error) {
      throw await call.refuse(error);
    }
  }

  /** Records what is not yet recorded of the calls that were made. */
  async stop(): Promise<void> {
    clearInterval(this.#flushing);
    await this.#parts.refusals.flush();
  }
}
