import { Status } from '@iotcore/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.ts';
import type { Guard } from '../auth/guard.ts';
import type { Services } from '../services.ts';
import { toFastifyPath } from './paths.ts';
import type { Route } from './route.ts';
import { runRoute } from './run-route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Absent on public routes, and before it is proven. */
    caller: Caller | undefined;
    guard: Guard | undefined;
    services: Services | undefined;
  }
  interface FastifyContextConfig {
    /** The declaration of the route; absent on those of plug-ins, which show documentation. */
    route?: Route;
  }
}

/** Registers declared routes. Their input is judged by runRoute, all parts at once, so Fastify itself judges nothing. */
export function registerRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  app.setValidatorCompiler(() => (value) => ({ value }));
  for (const route of routes) {
    app.route({
      method: route.method,
      url: toFastifyPath(route.path),
      schema: schemaOf(route),
      config: { route },
      ...(route.bodyLimits && { bodyLimit: route.bodyLimits.bytes }),
      handler: (request) => runRoute(route, servicesOf(request), request),
    });
  }
}

function servicesOf(request: FastifyRequest): Services {
  if (!request.services) throw new Error('a request came through without services');
  return request.services;
}

/** What the OpenAPI document says of a route. */
function schemaOf({
  operationId,
  tag,
  summary,
  description,
  permission,
  params,
  query,
  body,
  response,
}: Route) {
  return {
    operationId,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(permission === 'public' && { security: [] }),
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    response: { 200: response, default: Status },
  };
}
