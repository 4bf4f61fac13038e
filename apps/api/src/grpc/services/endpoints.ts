/** ApiEndpointService: where clients find each service. */
import { create, type DescMethod, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  ApiEndpointSchema,
  ApiEndpointService,
  GetApiEndpointRequestSchema,
  ListApiEndpointsResponseSchema,
} from '@iotcore/proto';
import { findEndpoint, listEndpoints } from '../../http/api-endpoints.ts';
import type { OwnMethod } from '../method.ts';
import type { StreamCall } from '../wire/stream-call.ts';
import { textOf } from '../wire/stream-call.ts';

export function endpointMethods(setting: string | undefined): OwnMethod[] {
  const { list, get } = ApiEndpointService.method;
  return [
    own(list, async (call) => {
      await call.message();
      const answer = create(ListApiEndpointsResponseSchema, {
        endpoints: listEndpoints(authorityOf(call), setting),
      });
      await call.send(toBinary(ListApiEndpointsResponseSchema, answer));
    }),
    own(get, async (call) => {
      const { apiEndpointId } = fromBinary(GetApiEndpointRequestSchema, await call.message());
      const answer = create(ApiEndpointSchema, findEndpoint(apiEndpointId, authorityOf(call), setting));
      await call.send(toBinary(ApiEndpointSchema, answer));
    }),
  ];
}

function authorityOf({ headers }: StreamCall): string | undefined {
  return headers[':authority'] ?? textOf(headers.host);
}

function own(method: DescMethod, serve: OwnMethod['serve']): OwnMethod {
  return { kind: 'own', method, serve };
}
