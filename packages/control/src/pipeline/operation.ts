/**
 * An operation is declared, not programmed: what it is called, what it takes and gives, whose permission it needs, and a
 * `run` that has nothing left to do but the work. What all operations have in common is done around it (see open-call.ts).
 * It knows no transport: an edge hands it one object, and turns what it answers into an answer of its own.
 */
import type { Operation } from '@iotcore/contract';
import { type RecordNames, type ResourceNames, recordNames } from '@iotcore/contract/records';
import type { Permission } from '@iotcore/model';
import type {
  AuditedCall,
  CallFacts,
  MutationRecord,
  Page,
  PageRequest,
  Reads,
  TwoWayPage,
  Writes,
} from '@iotcore/store/control';
import type { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { Access } from './access.ts';
import type { KeptSession } from './call.ts';
import type { StreamEvent } from './streams/stream-event.ts';
import type { Subject } from './subject.ts';

type Schema = z.ZodType;
type Fields = Readonly<Record<string, Schema>>;
type Parsed<S> = S extends Schema ? z.output<S> : unknown;
type ParsedFields<F> = { readonly [K in keyof F]: F[K] extends Schema ? z.output<F[K]> : never };

/** What an operation takes: one object, with the fields of `ids` and of `message` side by side. */
export type Input<I, M> = ParsedFields<I> & Parsed<M>;

/** What `run` gets. Changes go through `commit`, or through a service that records them itself. */
export interface Run<I, T> {
  readonly input: I;
  /** The resource that the call is about; undefined if it is about folders. */
  readonly target: T;
  readonly caller: Caller;
  /** What the caller may do in other folders. */
  readonly access: Access;
  readonly read: Reads;
  /** Where the page begins, for an input that is paged. */
  readonly page: PageRequest;
  /** The token of the page after this one; nothing on the last. */
  nextPageToken(page: Page<unknown>): { nextPageToken?: string };
  /** Both, of a list that can be read in both directions. */
  pageTokens(page: TwoWayPage<unknown>): { nextPageToken?: string; previousPageToken?: string };
  /**
   * Does a mutation and records it (operation, audit event, Idempotency-Key), all in one transaction.
   */
  commit(mutate: (tx: Writes) => Promise<Mutation>): Promise<Operation>;
  /** The caller, its address and the operation: for a mutation that records itself. */
  auditedCall(): AuditedCall & CallFacts;
  /** The session that the caller keeps the secret of; undefined if it can keep none. */
  readonly session: KeptSession | undefined;
  /** Aborts when the caller no longer waits for the answer, or the deadline has passed. */
  readonly signal: AbortSignal | undefined;
}

/** What was done, in the API's words. */
export interface Mutation {
  readonly resourceId: string;
  readonly folderId: string;
  /** The IDs of what it acted on. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly note?: MutationRecord['note'];
  /** What the audit event says beside the metadata. */
  readonly details?: MutationRecord['details'];
  /** What the operation answers with. */
  readonly response: MutationRecord['response'];
}

export interface OperationDefinition<I, M, T, O extends Schema, N> {
  /** Unique, as OpenAPI's `operationId`: `createDevice`. */
  readonly name: string;
  /** The service that it belongs to, as the old API groups its methods: `DeviceService`. */
  readonly service: string;
  readonly summary: string;
  /** Markdown, where the summary does not say all. */
  readonly description?: string;
  /** `public`: for everybody, without credentials. */
  readonly permission: Permission | 'public';
  /** Present if it changes state: `...mutation(names, 'CreateDevice')`. */
  readonly record?: RecordNames;
  /** An Idempotency-Key makes it happen once. Elsewhere a key is ignored: repeating does no harm. */
  readonly keyed?: true;
  /** Its input may be large: read only from a caller whose roles permit the operation in some folder at least. */
  readonly isLarge?: true;
  /** The fields of the input that name what the call is about, apart from the message. */
  readonly ids?: I;
  /** The other fields, as a message of the contract. */
  readonly message?: M;
  /** Of an operation with a stream: the data of one of its events. */
  readonly output: O;
  /** It answers a stream of events, which ends when its caller may not have it any more: `defineStream`. */
  readonly isStream?: true;
  /** Finds what the call is about. The permission is checked there before anything is done or shown. */
  subject(input: Input<I, M>, read: Reads): Subject<T> | Promise<Subject<T>>;
  /** `needs`: what it works with beside the state, by names and types of its own: `{ hasher }: { hasher: PasswordHasher }`. */
  readonly run: (run: Run<Input<I, M>, T>, needs: N) => Promise<z.output<O>>;
  /** What a repeated call answers, made of the operation of the first. Default: that operation. */
  readonly replay?: (operation: Operation | undefined) => z.output<O>;
}

/** Any operation, its types forgotten, but for what it needs to run. Without that, one to be described and not to be run. */
export type ApiOperation<N = never> = OperationDefinition<
  Fields | undefined,
  Schema | undefined,
  unknown,
  Schema,
  N
>;

/** Declares an operation; the input of `subject` and `run` is typed by its schemas, and `run` says what it needs. */
export function defineOperation<
  O extends Schema,
  T,
  // biome-ignore lint/complexity/noBannedTypes: no fields at all, which is what it says
  I extends Fields = {},
  M extends Schema | undefined = undefined,
  N = unknown,
>(definition: OperationDefinition<I, M, T, O, N>): ApiOperation<N> {
  return definition as unknown as ApiOperation<N>;
}

/** Declares an operation that answers a stream of events; `output` is the data of one of them. */
export function defineStream<
  O extends Schema,
  T,
  // biome-ignore lint/complexity/noBannedTypes: no fields at all, which is what it says
  I extends Fields = {},
  M extends Schema | undefined = undefined,
  N = unknown,
>(
  definition: Omit<OperationDefinition<I, M, T, O, N>, 'run' | 'isStream'> & {
    /** Resolves once the stream is open. Its events end when the `signal` of the run aborts. */
    readonly run: (run: Run<Input<I, M>, T> & StreamRun, needs: N) => Promise<AsyncIterable<StreamEvent>>;
  },
): ApiOperation<N> {
  return { ...definition, isStream: true } as unknown as ApiOperation<N>;
}

/** What the run of a stream has beside. */
export interface StreamRun {
  readonly signal: AbortSignal;
}

/** Names a mutating operation after its call in the old service, such as `AddDevicePassword`. */
export function mutation(
  names: Pick<ResourceNames, 'protoPackage' | 'auditService'>,
  call: string,
): { readonly name: string; readonly record: RecordNames } {
  return { name: call.charAt(0).toLowerCase() + call.slice(1), record: recordNames(names, call) };
}
