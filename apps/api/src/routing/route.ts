/**
 * A route is declared, not programmed: what it is called, what it takes and gives, which permission it needs, and a
 * handler that has nothing left to do but the work. What all routes have in common is done around it (see run-route.ts).
 */
import type { Operation, ResourceNames } from '@iotcore/contract';
import type { Permission } from '@iotcore/model';
import type { AuditedCall, ChangeRecord, Db, Page, PageRequest } from '@iotcore/store/control';
import type { z } from 'zod';
import type { Caller } from '../auth/caller.ts';
import type { Guard } from '../auth/guard.ts';
import type { JsonLimits } from '../http/json-size.ts';
import type { Services } from '../services.ts';

type Schema = z.ZodType;
type Parsed<S> = S extends Schema ? z.output<S> : undefined;

/** What every handler gets beside its input. */
export interface RouteContext extends Services {
  readonly caller: Caller;
  /** Must be asked before anything is shown or changed. */
  readonly guard: Guard;
  /** For reading. Changes go through `commit`. */
  readonly db: Db;
  /** Where the page begins, on a route whose query is paged. */
  readonly page: PageRequest;
  /** The token of the page after this one; nothing on the last. */
  nextPageToken(page: Page<unknown>): { nextPageToken?: string };
  /**
   * Does a change and records it (operation, audit event, Idempotency-Key), all in one transaction. If the same request
   * was made before under its Idempotency-Key, the handler ends here and the first answer is given again.
   */
  commit(change: (tx: Db) => Promise<Change>): Promise<Operation>;
  /** Who calls what, from where: for a change that records itself. */
  auditedCall(): AuditedCall;
  /** Does work that leaves no operation; only once, if the request has an Idempotency-Key. */
  once(work: () => Promise<void>): Promise<void>;
}

/** What a change did, in the API's words. */
export interface Change {
  readonly resourceId: string;
  readonly folderId: string;
  /** The IDs of what it acted on. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly note?: ChangeRecord['note'];
  /** What the operation answers with. */
  readonly response: ChangeRecord['response'];
}

/** What the records of a mutating route say. */
export interface Mutation {
  readonly description: string;
  /** Name of the message in the operation's metadata. */
  readonly metadataType: string;
  /** Under the names of the old service. */
  readonly eventType: string;
}

export interface RouteDefinition<P, Q, B, R extends Schema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As in OpenAPI, parameters in braces. */
  readonly path: string;
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  /** Markdown, where the summary does not say all. */
  readonly description?: string;
  /** `public`: for everybody, without credentials. */
  readonly permission: Permission | 'public';
  /** Present if the route changes state: `...mutation(names, 'CreateDevice')`. */
  readonly mutation?: Mutation;
  /** Of the largest body, where it is not the usual one. */
  readonly bodyLimits?: { readonly bytes: number; readonly json: JsonLimits };
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response: R;
  handler(
    context: RouteContext & {
      readonly params: Parsed<P>;
      readonly query: Parsed<Q>;
      readonly body: Parsed<B>;
    },
  ): Promise<z.output<R>>;
  /** What a repeated request answers, made of the operation of the first. Default: that operation. */
  readonly replay?: (operation: Operation | undefined) => z.output<R>;
}

/** Any route, its types forgotten. */
export type Route = RouteDefinition<Schema | undefined, Schema | undefined, Schema | undefined, Schema>;

/** Declares a route; the handler's input is typed by its schemas. */
export function defineRoute<
  R extends Schema,
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(definition: RouteDefinition<P, Q, B, R>): Route {
  return definition as unknown as Route;
}

/** Names a mutating route after its call in the old service, such as `AddDevicePassword`. */
export function mutation(
  names: Pick<ResourceNames, 'protoPackage' | 'auditService'>,
  call: string,
): { readonly operationId: string; readonly mutation: Mutation } {
  const words = call.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return {
    operationId: call.charAt(0).toLowerCase() + call.slice(1),
    mutation: {
      description: words,
      metadataType: `${names.protoPackage}.${call}Metadata`,
      eventType: `${names.auditService}.${call}`,
    },
  };
}
