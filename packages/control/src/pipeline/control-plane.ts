import { type Clock, PeriodicTask, TokenBuckets } from '@iotcore/process';
import type { Log } from '@iotcore/store';
import type { ControlStore } from '@iotcore/store/control';
import type { Authenticator } from '../auth/authenticator.ts';
import { maxRateKeys, rateOf } from '../limits.ts';
import type { CallInput, CallObserver, CallOrigin } from './call.ts';
import { OpenCall, type PipelineParts } from './open-call.ts';
import type { ApiOperation } from './operation.ts';
import type { PageTokens } from './page-tokens.ts';
import { Refusals } from './refusals/refusals.ts';
import { StreamPlaces } from './streams/stream-places.ts';

export interface ControlPlaneOptions<N> {
  readonly store: ControlStore;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly pageTokens: PageTokens;
  /** What the operations need. */
  readonly needs: N;
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
export class ControlPlane<N> {
  readonly #parts: PipelineParts<N>;
  readonly #flushing: PeriodicTask;

  constructor({ callsPerSecond, rateWindowMs, ...parts }: ControlPlaneOptions<N>) {
    const { store, clock, logger, observer } = parts;
    this.#parts = {
      ...parts,
      calls: new TokenBuckets(maxRateKeys),
      streams: new StreamPlaces(),
      callRate: rateOf(callsPerSecond, rateWindowMs ?? 1000),
      refusals: new Refusals({ store, now: clock.date, logger, observer }, rateWindowMs),
    };
    this.#flushing = new PeriodicTask(() => this.#parts.refusals.flush()).every(flushIntervalMs);
  }

  /** For an edge that reads the input after the caller is proven: `admit`, then `run`; what they throw goes to `refuse`. */
  open(operation: ApiOperation<N>, origin: CallOrigin, resourceId?: string): OpenCall<N> {
    return new OpenCall(operation, origin, resourceId, this.#parts);
  }

  /**
   * For an edge that has the whole input: all of it in one step.
   *
   * @throws ApiError, recorded and ready to be answered
   */
  async call(operation: ApiOperation<N>, origin: CallOrigin, input: CallInput): Promise<unknown> {
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
    await this.#flushing.stop();
    await this.#parts.refusals.flush();
  }
}
