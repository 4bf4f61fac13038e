import { isPermitted } from '@iotcore/model';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.ts';
import { ApiError, codes, errors } from '../errors/catalogue.ts';
import { badCredentialsPerMinute } from '../limits.ts';
import type { CallMetrics } from '../metrics/call-metrics.ts';
import type { Route } from '../routing/route.ts';
import type { Services } from '../services.ts';
import { clientBlock } from './client-address.ts';

interface AuthenticationOptions {
  /** Undefined until the service is ready to serve. */
  readonly services: () => Services | undefined;
  readonly callsPerSecond: number;
  readonly metrics: CallMetrics;
}

/**
 * Proves who calls, before anything of the request is read, and holds each caller to its rate. An address that keeps
 * sending bad credentials is told to slow down; good ones from there still pass, since many may share an address.
 */
export function authenticate(
  app: FastifyInstance,
  { services, callsPerSecond, metrics }: AuthenticationOptions,
): void {
  const failures = app.createRateLimit({
    max: badCredentialsPerMinute,
    timeWindow: '1 minute',
    keyGenerator: (request) => `address ${clientBlock(request)}`,
  });
  const report = failureReport();
  const calls = app.createRateLimit({
    max: callsPerSecond,
    timeWindow: '1 second',
    keyGenerator: (request) =>
      request.caller ? `caller ${request.caller.id}` : `address ${clientBlock(request)}`,
  });

  app.addHook('onRequest', async (request) => {
    request.services = services();
    if (!request.services) throw errors.unavailable('The service is starting.');
    const { route } = request.routeOptions.config;
    if (route?.permission !== 'public') await prove(request, request.services);
    refuseBeyond('calls', await calls(request));
    if (route?.bodyLimits) refuseUseless(route, request.caller);
  });

  async function prove(request: FastifyRequest, { authenticator }: Services): Promise<void> {
    request.caller = await authenticator.authenticate(request.headers.authorization);
    if (!request.caller) throw errors.unauthenticated();
  }

  // Wherever credentials are refused, the exchange of tokens included. What is thrown here goes to the next handler.
  app.setErrorHandler(async (error, request) => {
    if (error instanceof ApiError && error.code === codes.UNAUTHENTICATED.code) {
      report(request.log);
      refuseBeyond('credentials', await failures(request));
    }
    throw error;
  });

  function refuseBeyond(
    rate: 'calls' | 'credentials',
    { isExceeded, ttlInSeconds = 1 }: RateLimitState,
  ): void {
    if (!isExceeded) return;
    metrics.rateLimited(rate);
    throw errors.rateLimited(Math.max(1, ttlInSeconds));
  }
}

/** Bad credentials are counted, and the count logged once in this time, so that guessing shows without filling the log. */
const reportIntervalMs = 60_000;

function failureReport(): (log: FastifyBaseLogger) => void {
  let failures = 0;
  let nextAt = 0;
  return (log) => {
    failures += 1;
    if (Date.now() < nextAt) return;
    log.warn({ failures }, 'calls with bad credentials since the last such line');
    failures = 0;
    nextAt = Date.now() + reportIntervalMs;
  };
}

/** A large body is read only for a caller whose roles permit the call in some folder at least. */
function refuseUseless({ permission }: Route, caller: Caller | undefined): void {
  const bindings = caller?.roleBindings ?? [];
  const isOfUse = bindings.some(
    (binding) => permission !== 'public' && isPermitted([binding], binding.folderId, permission),
  );
  if (!isOfUse) throw errors.permissionDenied();
}

interface RateLimitState {
  readonly isAllowed: boolean;
  readonly isExceeded?: boolean;
  readonly ttlInSeconds?: number;
}
