/** What an operation is given to run with. */
import type { Operation } from '@iotcore/contract';
import { asAny, type RecordNames } from '@iotcore/contract/records';
import type { Clock } from '@iotcore/process';
import type { CallFacts, ControlStore, KeyClaim, Page, PageRequest } from '@iotcore/store/control';
import type { Caller } from '../auth/caller.ts';
import { errors } from '../errors/catalogue.ts';
import { toOperation } from '../messages/operation.ts';
import type { Access } from './access.ts';
import { type CallOrigin, originForRecord } from './call.ts';
import type { ApiOperation, Mutation, Run } from './operation.ts';
import type { PageTokens } from './page-tokens.ts';

type Fields = Readonly<Record<string, unknown>>;
type AnyRun = Run<unknown, unknown>;

/** A call that is ready to run. */
export interface ReadyCall {
  readonly operation: ApiOperation;
  readonly origin: CallOrigin;
  readonly caller: Caller;
  readonly access: Access;
  readonly input: Fields;
  readonly target: unknown;
  readonly claim: KeyClaim | undefined;
}

/** What a run is made of, beside its call. */
export interface RunParts {
  readonly store: ControlStore;
  readonly clock: Clock;
  readonly pageTokens: PageTokens;
}

export function runContext(call: ReadyCall, { store, clock, pageTokens }: RunParts): AnyRun {
  const { operation, input, target, access, caller, origin } = call;
  const list = listName(operation, input);
  const nextPageToken = ({ next }: Page<unknown>) =>
    next === undefined ? {} : { nextPageToken: pageTokens.seal(list, next) };
  return {
    ...{ input, target, access, caller },
    read: store.read,
    signal: origin.signal,
    session: origin.session,
    page: pageOf(pageTokens, input, list),
    nextPageToken,
    pageTokens: (page) => ({
      ...nextPageToken(page),
      ...(page.previous !== undefined && {
        previousPageToken: pageTokens.seal(list, page.previous),
      }),
    }),
    commit: (mutate) => commit(call, store, clock, mutate),
    auditedCall: () => callFacts(call),
  };
}

/** @throws CANCELLED, DEADLINE_EXCEEDED if the caller no longer waits for the answer */
export function mustBeWanted({ signal, deadlineMs }: CallOrigin, clock: Pick<Clock, 'date'>): void {
  if (signal?.aborted) throw errors.cancelled();
  if (deadlineMs !== undefined && clock.date().getTime() >= deadlineMs) throw errors.deadlineExceeded();
}

function callFacts({ operation: { record, name }, origin, caller }: ReadyCall): CallFacts & RecordNames {
  if (!record) throw new TypeError(`${name} is not declared as a mutation`);
  return { callerId: caller.id, ...originForRecord(origin), ...record };
}

async function commit(
  call: ReadyCall,
  store: ControlStore,
  clock: Clock,
  mutate: Parameters<AnyRun['commit']>[0],
): Promise<Operation> {
  const facts = callFacts(call);
  const operation = await store.mutate(facts, call.claim, async (tx) => {
    const done: Mutation = await mutate(tx);
    mustBeWanted(call.origin, clock);
    return { ...done, metadata: asAny(facts.metadataType, done.metadata) };
  });
  return toOperation(operation);
}

/** A list with its filter: what a page token is good for. */
function listName({ name }: ApiOperation, input: Fields): string {
  const { pageSize: _size, pageToken: _token, ...filter } = input;
  return JSON.stringify([name, filter]);
}

/** @throws INVALID_ARGUMENT if the page token is not one of this list */
function pageOf(pageTokens: PageTokens, input: Fields, list: string): PageRequest {
  const { pageSize = 0, pageToken = '' } = input as { pageSize?: number; pageToken?: string };
  if (pageToken === '') return { after: undefined, limit: pageSize };
  const after = pageTokens.open(list, pageToken);
  if (after === undefined) {
    throw errors.invalidArgument([{ field: 'pageToken', description: 'Not a page token of this list.' }]);
  }
  return { after, limit: pageSize };
}
