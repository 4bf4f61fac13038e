/** What happens around the handler of every route, in order: input, Idempotency-Key, work, answer. */
import type { Operation } from '@iotcore/contract';
import {
  type CallFacts,
  doOnce,
  findEarlierOutcome,
  findOperation,
  type IdempotencyKey,
  mutate,
  type PageRequest,
} from '@iotcore/store/control';
import type { FastifyRequest } from 'fastify';
import { type Caller, nobody } from '../auth/caller.ts';
import { Guard } from '../auth/guard.ts';
import { errors } from '../errors/catalogue.ts';
import { clientAddress } from '../http/client-address.ts';
import { maxUserAgentCharacters } from '../limits.ts';
import type { Services } from '../services.ts';
import { asAny, toOperation } from '../wire/operation.ts';
import { idempotencyHeader, readIdempotencyKey } from './idempotency-key.ts';
import { type RawInput, readInput } from './read-input.ts';
import type { Change, Mutation, Route, RouteContext } from './route.ts';

/** Ends a handler whose request turned out to have been made before. */
class RepeatedRequest extends Error {
  readonly operationId: string | undefined;

  constructor(operationId: string | undefined) {
    super('the request was made before');
    this.operationId = operationId;
  }
}

/** Who made the request, where from, and which; for the audit trail. */
export function originOf(request: FastifyRequest) {
  return {
    remoteIp: clientAddress(request),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, maxUserAgentCharacters),
    requestId: request.id,
  };
}

export async function runRoute(route: Route, services: Services, request: FastifyRequest): Promise<unknown> {
  const input = readInput(route, request);
  const caller = request.caller ?? nobody;
  const key =
    route.method === 'POST' && request.caller ? keyOf(route, request, request.caller, input) : undefined;
  try {
    if (key) await endIfRepeated(services, key);
    const guard = new Guard(caller, route.permission);
    request.guard = guard;
    const context = contextOf({ route, services, request, caller, guard, key, input });
    const answer = await route.handler(context);
    mustHaveAsked(guard, route);
    return answer;
  } catch (error) {
    if (error instanceof RepeatedRequest) return replay(route, services, error.operationId);
    throw error;
  }
}

/** A handler that forgot to ask would show or change what its caller may not: a mistake of ours, never answered. */
function mustHaveAsked(guard: Guard, route: Route): void {
  if (!guard.asked) throw new Error(`${route.operationId} did not ask whether its caller may`);
}

function keyOf(
  { operationId: operation }: Route,
  request: FastifyRequest,
  caller: Caller,
  input: RawInput,
): IdempotencyKey | undefined {
  const { method, url } = request;
  const scope = { callerId: caller.id, operation };
  return readIdempotencyKey(request.headers[idempotencyHeader], scope, { method, url, body: input.body });
}

async function endIfRepeated({ prisma }: Services, key: IdempotencyKey): Promise<void> {
  const earlier = await findEarlierOutcome(prisma, key);
  if (earlier) throw new RepeatedRequest(earlier.operationId);
}

async function replay(route: Route, { prisma }: Services, operationId: string | undefined): Promise<unknown> {
  const row = operationId === undefined ? undefined : await findOperation(prisma, operationId);
  const operation = row && toOperation(row);
  return route.replay ? route.replay(operation) : operation;
}

interface Call {
  readonly route: Route;
  readonly services: Services;
  readonly request: FastifyRequest;
  readonly caller: Caller;
  readonly guard: Guard;
  readonly key: IdempotencyKey | undefined;
  readonly input: RawInput;
}

function contextOf(call: Call): Parameters<Route['handler']>[0] {
  const { route, services, caller, guard, input, key } = call;
  const list = listName(route, input);
  const context: RouteContext = {
    ...services,
    caller,
    guard,
    db: services.prisma,
    page: pageOf(services, input, list),
    nextPageToken: ({ next }) =>
      next === undefined ? {} : { nextPageToken: services.pageTokens.seal(list, next) },
    commit: (change) => commit(call, change),
    auditedCall: () => callFacts(call),
    async once(work) {
      mustHaveAsked(guard, route);
      if (key) await doOnce(services.prisma, key, work);
      else await work();
    },
  };
  return { ...context, ...input } as Parameters<Route['handler']>[0];
}

function callFacts({ route, request, caller, guard, key }: Call): CallFacts & Mutation {
  mustHaveAsked(guard, route);
  const { mutation } = route;
  if (!mutation) throw new TypeError(`${route.operationId} is not declared as a mutation`);
  return { callerId: caller.id, ...originOf(request), ...mutation, idempotencyKey: key };
}

async function commit(call: Call, change: Parameters<RouteContext['commit']>[0]): Promise<Operation> {
  const facts = callFacts(call);
  const outcome = await mutate(call.services.prisma, facts, async (tx) => {
    const changed: Change = await change(tx);
    return { ...changed, metadata: asAny(facts.metadataType, changed.metadata) };
  });
  if (outcome.repeated) throw new RepeatedRequest(outcome.operationId);
  return toOperation(outcome.operation);
}

/** A list with its filter: what a page token is good for. */
function listName(route: Route, { params, query }: RawInput): string {
  const { pageSize: _size, pageToken: _token, ...filter } = query as Record<string, unknown>;
  return JSON.stringify([route.operationId, params, filter]);
}

/** @throws INVALID_ARGUMENT if the page token is not one of this list */
function pageOf({ pageTokens }: Services, { query }: RawInput, list: string): PageRequest {
  const { pageSize = 0, pageToken = '' } = query as { pageSize?: number; pageToken?: string };
  if (pageToken === '') return { after: undefined, limit: pageSize };
  const after = pageTokens.open(list, pageToken);
  if (after === undefined) {
    throw errors.invalidArgument([{ field: 'pageToken', description: 'Not a page token of this list.' }]);
  }
  return { after, limit: pageSize };
}
