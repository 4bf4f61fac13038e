/** ApiEndpointService: where clients find each service. All are here, at one address. */
import { create, type DescMethod, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ApiError } from '@iotcore/control';
import {
  ApiEndpointSchema,
  ApiEndpointService,
  GetApiEndpointRequestSchema,
  ListApiEndpointsResponseSchema,
} from '@iotcore/proto';
import type { OwnMethod } from '../method.ts';
import type { StreamCall } from '../wire/stream-call.ts';
import { textOf } from '../wire/stream-call.ts';

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

export function endpointMethods(setting: string | undefined): OwnMethod[] {
  const addressFor = ({ headers }: StreamCall) => {
    const address = addressOf(headers[':authority'] ?? textOf(headers.host), setting);
    if (address !== undefined) return address;
    throw new ApiError('INVALID_ARGUMENT', 'The call names no host: set :authority to host:port.');
  };
  const { list, get } = ApiEndpointService.method;
  return [
    own(list, async (call) => {
      await call.message();
      const address = addressFor(call);
      const endpoints = endpointIds.map((id) => create(ApiEndpointSchema, { id, address }));
      const answer = create(ListApiEndpointsResponseSchema, { endpoints });
      await call.send(toBinary(ListApiEndpointsResponseSchema, answer));
    }),
    own(get, async (call) => {
      const { apiEndpointId: id } = fromBinary(GetApiEndpointRequestSchema, await call.message());
      if (!endpointIds.some((known) => known === id)) throw new ApiError('NOT_FOUND', 'Endpoint not found.');
      const answer = create(ApiEndpointSchema, { id, address: addressFor(call) });
      await call.send(toBinary(ApiEndpointSchema, answer));
    }),
  ];
}

function own(method: DescMethod, serve: OwnMethod['serve']): OwnMethod {
  return { kind: 'own', method, serve };
}
