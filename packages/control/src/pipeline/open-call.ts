/**
 * One call on its way through the pipeline: authenticate → rate → permission → idempotency → run → record → answer or
 * refuse.
 */
import { addressBlock, checkId } from '@iotcore/model';
import type { Clock, Rate, TokenBuckets } from '@iotcore/process';
import type { Log } from '@iotcore/store';
import type { ControlStore, IdempotencyKey, KeyClaim } from '@iotcore/store/control';
import type { Authenticator } from '../auth/authenticator.ts';
import { type Caller, nobody } from '../auth/caller.ts';
import { type ApiError, errors } from '../errors/catalogue.ts';
import { Access } from './access.ts';
import type { CallInput, CallObserver, CallOrigin } from './call.ts';
import { readIdempotencyKey } from './idempotency/idempotency-key.ts';
import { workOnce } from './idempotency/keyed-call.ts';
import type { ApiOperation } from './operation.ts';
import type { PageTokens } from './page-tokens.ts';
import { readInput } from './read-input.ts';
import type { Refusals } from './refusals/refusals.ts';
import { mustBeWanted, runContext } from './run-context.ts';
import { guardStream } from './streams/guarded-stream.ts';
import type { StreamEvent } from './streams/stream-event.ts';
import type { StreamPlaces } from './streams/stream-places.ts';
import type { Subject } from './subject.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What all calls share. `N`: what the operations need. */
export interface PipelineParts<N> {
  readonly store: ControlStore;
  readonly clock: Clock;
  readonly authenticator: Authenticator;
  readonly pageTokens: PageTokens;
  /** The pipeline hands it on, and knows nothing of it. */
  readonly needs: N;
  readonly calls: TokenBuckets;
  readonly callRate: Rate;
  readonly streams: StreamPlaces;
  readonly refusals: Refusals;
  readonly observer: CallObserver;
  readonly logger: Log;
}

export class OpenCall<N> {
  readonly operation: ApiOperation<N>;
  readonly origin: CallOrigin;
  readonly #parts: PipelineParts<N>;
  #resourceId: string | undefined;
  #caller: Caller | undefined;
  #access: Access | undefined;
  #refusal: { readonly thrown: unknown; readonly answer: Promise<ApiError> } | undefined;

  constructor(
    operation: ApiOperation<N>,
    origin: CallOrigin,
    resourceId: string | undefined,
    parts: PipelineParts<N>,
  ) {
    this.operation = operation;
    this.origin = origin;
    this.#resourceId = resourceId;
    this.#parts = parts;
  }

  /** Undefined until it is authenticated, and for public operations. */
  get caller(): Caller | undefined {
    return this.#caller;
  }

  /**
   * Authenticates the caller and holds it to its rate, before anything of the input is read.
   *
   * @throws UNAUTHENTICATED, RESOURCE_EXHAUSTED; PERMISSION_DENIED where a large input would be of no use
   */
  async admit(): Promise<void> {
    const { permission, isLarge } = this.operation;
    if (permission !== 'public') {
      this.#caller = await this.#prove();
      if (!this.#caller) throw errors.unauthenticated();
    }
    this.#holdToRate();
    if (isLarge && !this.#newAccess().isOfUse()) throw errors.permissionDenied();
  }

  /**
   * The answer: the operation's output, in proto3 JSON. Only after `admit`.
   *
   * @throws ApiError, and whatever goes wrong inside; `refuse` says what to answer
   */
  async run(given: CallInput): Promise<unknown> {
    const { operation, origin } = this;
    const { store, clock, needs, logger } = this.#parts;
    this.#resourceId ??= namedResource(operation, given.fields);
    const input = readInput(operation, given);
    const key = this.#keyOf(given, input);
    const access = this.#newAccess();
    mustBeWanted(origin, clock);
    const subject = await operation.subject(input as never, store.read);
    if (operation.isStream) return this.#openStream(input, subject, access);
    const work = async (target: unknown, claim?: KeyClaim) => {
      mustBeWanted(origin, clock);
      const caller = this.#caller ?? nobody;
      const ready = { operation, origin, caller, access, input, target, claim };
      return operation.run(runContext(ready, this.#parts) as never, needs);
    };
    if (!key) return work(access.require(subject));
    return workOnce({ operation, key, subject, access, store, logger, requestId: origin.requestId }, work);
  }

  /**
   * What to answer in place of what was thrown, by the pipeline or by the edge itself. The refusal is logged, counted and
   * recorded once, however often it is asked for. Never throws.
   */
  refuse(thrown: unknown): Promise<ApiError> {
    if (this.#refusal && this.#refusal.thrown === thrown) return this.#refusal.answer;
    const { operation, origin } = this;
    const call = {
      operation,
      origin,
      caller: this.#caller,
      folderId: this.#access?.folderId,
      resourceId: this.#resourceId,
    };
    const answer = this.#parts.refusals.refuse(call, thrown);
    this.#refusal = { thrown, answer };
    return answer;
  }

  #prove(): Promise<Caller | undefined> {
    const { credential, session } = this.origin;
    return this.#parts.authenticator.authenticate(credential, session?.secret);
  }

  /** It is open for as long as who calls, the roles, and what it is about stay as they are. */
  async #openStream(input: Fields, subject: Subject<unknown>, access: Access): Promise<unknown> {
    const { operation, origin } = this;
    const { store, clock, needs, streams } = this.#parts;
    const caller = this.#caller ?? nobody;
    const target = access.require(subject);
    const facts = JSON.stringify([caller, target]);
    mustBeWanted(origin, clock);
    const over = streams.take(caller.id);
    return guardStream({
      ...(origin.signal && { gone: origin.signal }),
      over,
      open: async (signal) => {
        const run = {
          ...{ operation, caller, access, input, target },
          origin: { ...origin, signal },
        };
        return (await operation.run(
          runContext({ ...run, claim: undefined }, this.#parts) as never,
          needs,
        )) as AsyncIterable<StreamEvent>;
      },
      whyEnded: async () => {
        const now = await this.#prove();
        if (!now) return 'the credentials are not valid any more';
        const { resource } = await operation.subject(input as never, store.read);
        if (JSON.stringify([now, resource?.row]) === facts) return undefined;
        return 'the roles of the caller, or the resource, have changed';
      },
    });
  }

  #holdToRate(): void {
    const key = this.#caller ? `caller ${this.#caller.id}` : `address ${addressBlock(this.origin.address)}`;
    const { calls, callRate, observer } = this.#parts;
    const waitMs = calls.take(key, callRate);
    if (waitMs === 0) return;
    observer.rateLimited('calls');
    throw errors.rateLimited(Math.ceil(waitMs / 1000));
  }

  #newAccess(): Access {
    this.#access = new Access(this.#caller ?? nobody, this.operation.permission);
    return this.#access;
  }

  #keyOf({ idempotencyKey }: CallInput, input: Fields): IdempotencyKey | undefined {
    const { keyed, name } = this.operation;
    if (!keyed || !this.#caller) return undefined;
    return readIdempotencyKey(idempotencyKey, { callerId: this.#caller.id, operation: name, input });
  }
}

/** The ID of the resource that a call says it is about, for the record of a refusal. */
function namedResource({ ids = {} }: ApiOperation, fields: Fields): string | undefined {
  const [first] = Object.keys(ids);
  const id = first === undefined ? undefined : fields[first];
  return typeof id === 'string' && checkId(id, '') === undefined ? id : undefined;
}
