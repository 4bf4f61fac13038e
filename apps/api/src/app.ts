/** The HTTP server with its routes; it listens nowhere yet. */

import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { ControlPlane } from '@iotcore/control';
import type { Logger } from '@iotcore/process';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  LogController,
} from 'fastify';
import { consolePath, serveConsole } from './console/serve-console.ts';
import { type EndpointOptions, serveEndpoints } from './http/api-endpoints.ts';
import { answerClientError } from './http/client-errors.ts';
import { acceptJsonOnly } from './http/content.ts';
import { answerRouterError, handleErrors } from './http/error-handling.ts';
import { serveHealth } from './http/health.ts';
import { logRequests } from './http/request-log.ts';
import { refuseAmbiguous } from './http/well-formed.ts';
import * as limits from './limits.ts';
import type { CallMetrics } from './metrics/call-metrics.ts';
import { swaggerOptions } from './openapi/document.ts';
import type { OpenApiVersion } from './openapi/version.ts';
import { registerRoutes } from './rest/register-routes.ts';

export interface AppOptions {
  readonly logger: Logger;
  /** Undefined until the service can serve. */
  readonly controlPlane: () => ControlPlane | undefined;
  readonly isReady: () => Promise<boolean>;
  /** For the headers of a request, and for a request as a whole. Default: those of `limits`. */
  readonly receiveTimeoutMs?: number | undefined;
  readonly metrics: CallMetrics;
  /** Networks in CIDR form whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  readonly openapi?: OpenApiVersion;
  readonly endpoints: EndpointOptions;
  /** The folder of the built console; undefined if none is served. */
  readonly consoleFolder?: string | undefined;
}

/** Where the documentation pages lie; their routes are the plug-in's, and public. */
const docsPath = '/docs';

export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: options.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    bodyLimit: limits.maxBodyBytes,
    connectionTimeout: limits.connectionTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requestTimeout: options.receiveTimeoutMs ?? limits.requestTimeoutMs,
    http: {
      headersTimeout: options.receiveTimeoutMs ?? limits.headersTimeoutMs,
      connectionsCheckingInterval: options.receiveTimeoutMs ?? limits.timeoutCheckMs,
      maxHeaderSize: limits.maxHeaderBytes,
    },
    // Typed for ajv alone.
    schemaController: { compilersFactory: unchecked as never },
    routerOptions: { maxParamLength: limits.maxPathParameterCharacters },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    clientErrorHandler: answerClientError,
    frameworkErrors: answerRouterError,
    forceCloseConnections: 'idle',
  });
  app.server.maxHeadersCount = limits.maxHeaders;
  refuseUndeclared(app);
  acceptJsonOnly(app);
  logRequests(app, options.metrics);
  refuseAmbiguous(app);
  handleErrors(app);
  serveHealth(app, options.isReady);
  serveEndpoints(app, options.endpoints);
  if (options.consoleFolder !== undefined) await serveConsole(app, options.consoleFolder);
  await app.register(swagger, swaggerOptions(options.openapi ?? '3.1.0'));
  await app.register(swaggerUi, {
    routePrefix: docsPath,
    // The page tries calls out on the server that it came from, wherever that is.
    transformSpecification: (document) => ({ ...document, servers: [{ url: '/' }] }),
  });
  const api: FastifyPluginAsync = async (scope) => registerRoutes(scope, options.controlPlane);
  await app.register(api);
  return app;
}

/**
 * What comes is checked by the pipeline, and what goes is typed by the schemas of the operations: to check either once more
 * would cost more than all else of a list. Schemas of routes are for the documentation alone.
 */
const unchecked = {
  buildValidator: () => () => (value: unknown) => ({ value }),
  buildSerializer: () => () => JSON.stringify,
};

/** Deny by default: a route that declares no permission is not registered. */
function refuseUndeclared(app: FastifyInstance): void {
  const open = new Set(['/', '/livez', '/readyz', '/endpoints', '/endpoints/:id']);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.operation || open.has(url) || url.startsWith(docsPath) || url.startsWith(consolePath)) return;
    throw new TypeError(`${method} ${url} declares no permission`);
  });
}
