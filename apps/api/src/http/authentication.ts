import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errors } from '../errors/catalogue.ts';
import { badCredentialsPerMinute } from '../limits.ts';
import type { Services } from '../services.ts';

interface AuthenticationOptions {
  /** Undefined until the service is ready to serve. */
  readonly services: () => Services | undefined;
  readonly callsPerSecond: number;
}

/**
 * Proves who calls, before anything of the request is read, and holds each caller to its rate. An address that keeps
 * sending bad credentials is told to slow down; good ones from there still pass, since many may share an address.
 */
export function authenticate(
  app: FastifyInstance,
  { services, callsPerSecond }: AuthenticationOptions,
): void {
  const failures = app.createRateLimit({
    max: badCredentialsPerMinute,
    timeWindow: '1 minute',
    keyGenerator: ({ ip }) => `address ${ip}`,
  });
  const calls = app.createRateLimit({
    max: callsPerSecond,
    timeWindow: '1 second',
    keyGenerator: ({ caller, ip }) => (caller ? `caller ${caller.id}` : `address ${ip}`),
  });

  app.addHook('onRequest', async (request) => {
    request.services = services();
    if (!request.services) throw errors.unavailable('The service is starting.');
    const isPublic = request.routeOptions.config.route?.permission === 'public';
    if (!isPublic) await prove(request, request.services);
    refuseBeyond(await calls(request));
  });

  async function prove(request: FastifyRequest, { authenticator }: Services): Promise<void> {
    request.caller = await authenticator.authenticate(request.headers.authorization);
    if (request.caller) return;
    refuseBeyond(await failures(request));
    throw errors.unauthenticated();
  }
}

interface RateLimitState {
  readonly isAllowed: boolean;
  readonly isExceeded?: boolean;
  readonly ttlInSeconds?: number;
}

function refuseBeyond({ isExceeded, ttlInSeconds = 1 }: RateLimitState): void {
  if (isExceeded) throw errors.rateLimited(Math.max(1, ttlInSeconds));
}
