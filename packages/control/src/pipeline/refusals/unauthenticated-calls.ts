/**
 * Calls without valid credentials, summed up: anybody can make them, so each must not cost a row. One audit event tells of
 * all in a minute: how many, of which calls, from where.
 */
import { addressBlock } from '@iotcore/model';
import type { Log } from '@iotcore/store';
import type { ControlStore } from '@iotcore/store/control';
import { codes } from '../../errors/catalogue.ts';
import { type CallOrigin, originForRecord } from '../call.ts';

/** Under a name of its own: it stands for many calls. */
const unauthenticatedEventType = 'iam.UnauthenticatedCalls';

/** Networks named in an event; the calls from all others are counted together. */
const maxNetworks = 20;

interface Sum {
  readonly since: Date;
  readonly last: CallOrigin;
  readonly calls: number;
  readonly byEventType: Map<string, number>;
  readonly byNetwork: Map<string, number>;
}

interface Parts {
  readonly store: Pick<ControlStore, 'recordEvents'>;
  readonly logger: Log;
  now(): Date;
}

export class UnauthenticatedCalls {
  readonly #parts: Parts;
  #sum: Sum | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  count(eventType: string, origin: CallOrigin): void {
    const { since, calls, byEventType, byNetwork } = this.#sum ?? {
      since: this.#parts.now(),
      calls: 0,
      byEventType: new Map<string, number>(),
      byNetwork: new Map<string, number>(),
    };
    const network = addressBlock(origin.address);
    const isKnown = byNetwork.has(network) || byNetwork.size < maxNetworks;
    increase(byEventType, eventType);
    increase(byNetwork, isKnown ? network : 'others');
    this.#sum = { since, calls: calls + 1, last: origin, byEventType, byNetwork };
  }

  /** Records what was counted since the last time, if anything. What cannot be recorded is counted on. */
  async flush(): Promise<void> {
    const sum = this.#sum;
    if (!sum) return;
    this.#sum = undefined;
    const { since, last, calls, byEventType, byNetwork } = sum;
    const details = {
      calls,
      since: since.toISOString(),
      byEventType: Object.fromEntries(byEventType),
      byNetwork: Object.fromEntries(byNetwork),
    };
    const event = {
      ...originForRecord(last),
      at: this.#parts.now(),
      eventType: unauthenticatedEventType,
      callerId: undefined,
      folderId: undefined,
      resourceId: undefined,
      details,
      code: codes.UNAUTHENTICATED,
    };
    try {
      await this.#parts.store.recordEvents([event]);
    } catch (error) {
      this.#parts.logger.error({ err: error, calls }, 'could not record the calls without valid credentials');
      this.#sum = merge(sum, this.#sum);
    }
  }
}

function merge(earlier: Sum, later: Sum | undefined): Sum {
  if (!later) return earlier;
  for (const [key, count] of later.byEventType) increase(earlier.byEventType, key, count);
  for (const [key, count] of later.byNetwork) {
    const isKnown = earlier.byNetwork.has(key) || earlier.byNetwork.size < maxNetworks;
    increase(earlier.byNetwork, isKnown ? key : 'others', count);
  }
  return { ...earlier, last: later.last, calls: earlier.calls + later.calls };
}

function increase(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
