/** Where clients of the old service find each of its services: all are here, at one address, in gRPC and in REST. */
import { ApiError, errors } from '@iotcore/control';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Names of services as the clients of the old one look them up: those of `yc`, the Python and Java SDKs and the older Go
 * SDK, then those of the newer Go SDK. For any other name a client says itself that the service is not there.
 */
const endpointIds = [
  'endpoint',
  'iam',
  'operation',
  'resource-manager',
  'resourcemanager',
  'iot-devices',
  'iot-broker',
  'iot-data',
  'broker-data',
  'iotbroker',
] as const;

export interface ApiEndpoint {
  readonly id: string;
  /** host:port */
  readonly address: string;
}

const hostWithPort = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]{1,253})(:\d{1,5})?$/i;

/**
 * What clients reach us by: the setting, else the name that this call was made to, which is checked since it comes from the
 * client. The port is always named.
 */
export function addressOf(authority: string | undefined, setting: string | undefined): string | undefined {
  if (setting !== undefined) return setting;
  const port = hostWithPort.exec(authority ?? '');
  if (!port) return undefined;
  return port[2] === undefined ? `${authority}:443` : authority;
}

/** @throws ApiError INVALID_ARGUMENT if nobody says by which name this server is reached */
export function listEndpoints(authority: string | undefined, setting: string | undefined): ApiEndpoint[] {
  const address = addressOf(authority, setting);
  if (address === undefined)
    throw new ApiError('INVALID_ARGUMENT', 'The call names no host: set the host to name:port.');
  return endpointIds.map((id) => ({ id, address }));
}

/** @throws ApiError NOT_FOUND for any other ID, and what `listEndpoints` throws */
export function findEndpoint(
  id: string,
  authority: string | undefined,
  setting: string | undefined,
): ApiEndpoint {
  const found = listEndpoints(authority, setting).find((endpoint) => endpoint.id === id);
  if (!found) throw errors.notFound('Endpoint');
  return found;
}

export interface EndpointOptions {
  /** IOT_GRPC_ADDRESS */
  readonly grpcAddress: string | undefined;
  /** The port that serves gRPC inside TLS; undefined if there is none. */
  readonly tlsPort: () => number | undefined;
}

/** `GET /endpoints`, as the old service has it: public, and the same as in gRPC. */
export function serveEndpoints(app: FastifyInstance, { grpcAddress, tlsPort }: EndpointOptions): void {
  const authorityOf = (request: FastifyRequest) => grpcAuthority(request, tlsPort());
  app.get('/endpoints', { schema: { hide: true } }, async (request) => ({
    endpoints: listEndpoints(authorityOf(request), grpcAddress),
  }));
  app.get<{ Params: { id: string } }>('/endpoints/:id', { schema: { hide: true } }, async (request) =>
    findEndpoint(request.params.id, authorityOf(request), grpcAddress),
  );
}

/** The port that was called serves gRPC if it is the one of TLS, or a proxy's; the plain one does not. */
function grpcAuthority({ host, hostname, protocol }: FastifyRequest, port: number | undefined): string {
  if (protocol === 'https' || port === undefined) return host;
  return `${hostname}:${port}`;
}
