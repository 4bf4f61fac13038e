/** The door of the gRPC edge. What it needs is loaded only where a port of it is on: an API of REST alone starts sooner. */
import type { GrpcOptions, GrpcServer } from './open-grpc.ts';
import { ownNames } from './own-names.ts';

export async function openGrpcIfOn(options: GrpcOptions): Promise<GrpcServer> {
  const { apiTlsPort, apiGrpcPort, grpcAddress } = options.settings;
  if (apiTlsPort === undefined && apiGrpcPort === undefined) {
    return {
      names: ownNames(grpcAddress, undefined),
      tlsPort: undefined,
      listen: async () => ({}),
      close: async () => {},
    };
  }
  const { openGrpc } = await import('./open-grpc.ts');
  return openGrpc(options);
}
