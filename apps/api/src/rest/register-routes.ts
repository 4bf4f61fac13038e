/**
 * Every operation as a route of Fastify. A request becomes a call as soon as its headers are there: the caller is proven and
 * held to its rate before the body is read. Fastify itself checks nothing of the input.
 */
import {
  type ApiOperation,
  type ControlPlane,
  errors,
  type OpenCall,
  operations,
  type StreamEvent,
} from '@iotcore/control';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { clientAddress } from '../http/client-address.ts';
import { bodyLimitsOf } from '../limits.ts';
import { browserCookie } from './browser-cookie.ts';
import { EventStreams } from './event-streams.ts';
import { hasBody, idempotencyHeader, namedAsGiven, readRequest } from './input.ts';
import { toFastifyPath } from './paths.ts';
import { type RestMethod, restMethods } from './routes.ts';
import { routeSchema } from './schema.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent where no operation was reached, and before the service can serve. */
    call: OpenCall | undefined;
  }
  interface FastifyContextConfig {
    /** Absent on routes of plug-ins, which show documentation. */
    operation?: ApiOperation;
  }
}

/** The operations that have a place in REST, and which. */
export const restRoutes: readonly (RestMethod & { readonly operation: ApiOperation })[] = operations.flatMap(
  (operation) => {
    const place = restMethods[operation.name];
    return place ? [{ ...place, operation }] : [];
  },
);

/** `controlPlane`: undefined until the service can serve. */
export function registerRoutes(app: FastifyInstance, controlPlane: () => ControlPlane | undefined): void {
  app.decorateRequest('call');
  const streams = new EventStreams();
  // Otherwise closing the server would wait for them.
  app.addHook('preClose', async () => streams.end());
  app.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    if (!operation) return;
    const plane = controlPlane();
    if (!plane) throw errors.unavailable('The service is starting.');
    request.call = openCall(plane, operation, request, reply);
    await request.call.admit();
  });
  for (const { operation, method, path } of restRoutes) {
    app.route({
      method,
      url: toFastifyPath(path),
      schema: routeSchema(operation, hasBody(method)),
      config: { operation },
      // A stream has no head of its own: it would be opened to be thrown away.
      ...(operation.isStream && { exposeHeadRoute: false }),
      ...(operation.isLarge && { bodyLimit: bodyLimitsOf(operation).bytes }),
      handler: async (request, reply) => {
        const answered = await answer(operation, request);
        if (!operation.isStream) return answered;
        return streams.send(reply, answered as AsyncIterable<StreamEvent>);
      },
    });
  }
}

async function answer(operation: ApiOperation, request: FastifyRequest): Promise<unknown> {
  if (!request.call) throw new Error('a request came through without a call');
  const input = readRequest(operation, request);
  try {
    return await request.call.run({ ...input, idempotencyKey: request.headers[idempotencyHeader] });
  } catch (error) {
    throw namedAsGiven(error, input.fields);
  }
}

/** Aborts when the connection ends before the answer is sent: then a change that is not yet done is undone. */
function whenGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableEnded) gone.abort();
  });
  return gone.signal;
}

function openCall(
  plane: ControlPlane,
  operation: ApiOperation,
  request: FastifyRequest,
  reply: FastifyReply,
): OpenCall {
  const origin = {
    signal: whenGone(reply),
    session: browserCookie(request, reply),
    credential: request.headers.authorization,
    address: clientAddress(request),
    userAgent: request.headers['user-agent'] ?? '',
    requestId: request.id,
  };
  const [resourceId] = Object.values(request.params as Record<string, string>);
  return plane.open(operation, origin, resourceId);
}
