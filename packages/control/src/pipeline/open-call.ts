/**
 * One call on its way through the pipeline: authenticate → rate → permission → idempotency → run → record → answer or
 * refuse.
 */
import type { Operation } from '@iotcore/contract';
import { addressBlock, checkId } from '@iotcore/model';
import type { CallFacts, IdempotencyKey, OperationRow, Page, PageRequest } from '@iotcore/store/control';
import { type Caller, nobody } from '../auth/caller.ts';
import { type ApiError, errors } from '../errors/catalogue.ts';
import { asAny, toOperation } from '../messages/operation.ts';
import { Access } from './access.ts';
import type { CallInput, CallObserver, CallOrigin } from './call.ts';
import { readIdempotencyKey } from './idempotency-key.ts';
import type { KeyedRate } from './keyed-rate.ts';
import type { ApiOperation, Change, MutationRecord, Run } from './operation.ts';
import { readInput } from './read-input.ts';
import { originForRecord, type Refusals } from './refusals.ts';
import type { Services } from './services.ts';

type Fields = Readonly<Record<string, unknown>>;
type AnyRun = Run<unknown, unknown>;

/** What all calls share. */
export interface PipelineParts {
  readonly services: Services;
  readonly calls: KeyedRate;
  readonly refusals: Refusals;
  readonly observer: CallObserver;
}

/** Ends a `run` whose call turned out to have been made before. */
class RepeatedCall extends Error {
  readonly operationId: string | undefined;

  constructor(operationId: string | undefined) {
    super('the call was made before');
    this.operationId = operationId;
  }
}

export class OpenCall {
  readonly operation: ApiOperation;
  readonly origin: CallOrigin;
  readonly #parts: PipelineParts;
  #resourceId: string | undefined;
  #caller: Caller | undefined;
  #access: Access | undefined;
  #refusal: { readonly thrown: unknown; readonly answer: Promise<ApiError> } | undefined;

  constructor(
    operation: ApiOperation,
    origin: CallOrigin,
    resourceId: string | undefined,
    parts: PipelineParts,
  ) {
    this.operation = operation;
    this.origin = origin;
    this.#resourceId = resourceId;
    this.#parts = parts;
  }

  /** Who calls, once proven. */
  get caller(): Caller | undefined {
    return this.#caller;
  }

  /**
   * Proves who calls, and holds the caller to its rate: before anything of the input is read.
   *
   * @throws UNAUTHENTICATED, RESOURCE_EXHAUSTED; PERMISSION_DENIED where a large input would be of no use
   */
  async admit(): Promise<void> {
    const { permission, isLarge } = this.operation;
    if (permission !== 'public') {
      this.#caller = await this.#parts.services.authenticator.authenticate(this.origin.credential);
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
    const { operation } = this;
    this.#resourceId ??= namedResource(operation, given.fields);
    const input = readInput(operation, given);
    const key = this.#keyOf(given, input);
    try {
      this.#mustBeWanted();
      if (key) await this.#endIfRepeated(key);
      const { services } = this.#parts;
      const access = this.#newAccess();
      const target = access.require(await operation.subject(input as never, services.store.read));
      return await operation.run(this.#context({ input, target, access, key }) as never, services);
    } catch (error) {
      if (error instanceof RepeatedCall) return this.#replay(error.operationId);
      throw error;
    }
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

  #holdToRate(): void {
    const key = this.#caller ? `caller ${this.#caller.id}` : `address ${addressBlock(this.origin.address)}`;
    const waitSeconds = this.#parts.calls.take(key);
    if (waitSeconds === undefined) return;
    this.#parts.observer.rateLimited('calls');
    throw errors.rateLimited(waitSeconds);
  }

  #newAccess(): Access {
    this.#access = new Access(this.#caller ?? nobody, this.operation.permission);
    return this.#access;
  }

  /** @throws CANCELLED, DEADLINE_EXCEEDED if nobody waits for the answer any more */
  #mustBeWanted(): void {
    const { signal, deadlineMs } = this.origin;
    if (signal?.aborted) throw errors.cancelled();
    if (deadlineMs !== undefined && Date.now() >= deadlineMs) throw errors.deadlineExceeded();
  }

  #keyOf({ idempotencyKey }: CallInput, input: Fields): IdempotencyKey | undefined {
    const { keyed, name } = this.operation;
    if (!keyed || !this.#caller) return undefined;
    return readIdempotencyKey(idempotencyKey, { callerId: this.#caller.id, operation: name, input });
  }

  async #endIfRepeated(key: IdempotencyKey): Promise<void> {
    const earlier = await this.#parts.services.store.findEarlierOutcome(key);
    if (earlier) throw new RepeatedCall(earlier.operationId);
  }

  async #replay(operationId: string | undefined): Promise<unknown> {
    const { store } = this.#parts.services;
    const row = operationId === undefined ? undefined : await store.read.operations.find(operationId);
    const operation = row && toOperation(row);
    return this.operation.replay ? this.operation.replay(operation) : operation;
  }

  #context({ input, target, access, key }: Prepared): AnyRun {
    const { services } = this.#parts;
    const list = listName(this.operation, input);
    return {
      input,
      target,
      access,
      caller: this.#caller ?? nobody,
      read: services.store.read,
      signal: this.origin.signal,
      page: pageOf(services, input, list),
      nextPageToken: ({ next }: Page<unknown>) =>
        next === undefined ? {} : { nextPageToken: services.pageTokens.seal(list, next) },
      commit: (change) => this.#commit(change, key),
      auditedCall: () => this.#callFacts(key),
      once: async (work) => {
        if (key) await services.store.doOnce(key, work);
        else await work();
      },
    };
  }

  #callFacts(key: IdempotencyKey | undefined): CallFacts & MutationRecord {
    const { record, name } = this.operation;
    if (!record) throw new TypeError(`${name} is not declared as a mutation`);
    const callerId = this.#caller?.id ?? '';
    return { callerId, ...originForRecord(this.origin), ...record, idempotencyKey: key };
  }

  async #commit(
    change: Parameters<AnyRun['commit']>[0],
    key: IdempotencyKey | undefined,
  ): Promise<Operation> {
    const facts = this.#callFacts(key);
    const outcome = await this.#parts.services.store.mutate(facts, async (tx) => {
      this.#mustBeWanted();
      const changed: Change = await change(tx);
      this.#mustBeWanted();
      return { ...changed, metadata: asAny(facts.metadataType, changed.metadata) };
    });
    if (outcome.repeated) throw new RepeatedCall(outcome.operationId);
    return toOperation(outcome.operation satisfies OperationRow);
  }
}

interface Prepared {
  readonly input: Fields;
  readonly target: unknown;
  readonly access: Access;
  readonly key: IdempotencyKey | undefined;
}

/** The ID of the resource that a call says it is about, for the record of a refusal. */
function namedResource({ ids = {} }: ApiOperation, fields: Fields): string | undefined {
  const [first] = Object.keys(ids);
  const id = first === undefined ? undefined : fields[first];
  return typeof id === 'string' && checkId(id, '') === undefined ? id : undefined;
}

/** A list with its filter: what a page token is good for. */
function listName({ name }: ApiOperation, input: Fields): string {
  const { pageSize: _size, pageToken: _token, ...filter } = input;
  return JSON.stringify([name, filter]);
}

/** @throws INVALID_ARGUMENT if the page token is not one of this list */
function pageOf({ pageTokens }: Services, input: Fields, list: string): PageRequest {
  const { pageSize = 0, pageToken = '' } = input as { pageSize?: number; pageToken?: string };
  if (pageToken === '') return { after: undefined, limit: pageSize };
  const after = pageTokens.open(list, pageToken);
  if (after === undefined) {
    throw errors.invalidArgument([{ field: 'pageToken', description: 'Not a page token of this list.' }]);
  }
  return { after, limit: pageSize };
}
