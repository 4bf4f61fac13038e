/** The door of the gRPC edge. What it needs is loaded only where a port of it is on: an API of REST alone starts sooner. */
import type { GrpcOptions } from './grpc-options.ts';
import type { GrpcServer } from './open-grpc.ts';
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
  const { openGrpc } = await loadPorts();
  return openGrpc(options);
}

const loadPorts = () => import('./open-grpc.ts');

/** Loads all that it ever needs. */
export const loadGrpc = () => loadPorts().then(({ loadCalls }) => loadCalls());
