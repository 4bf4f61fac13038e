/** The gRPC edge, put together: its HTTP/2 server, its ports, the certificate of the TLS one, and with the first call what serves calls. */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Settings } from '@iotcore/process';
import { CertificateKeeper } from '@iotcore/server-certificate';
import type { CallRunner } from './calls/call-runner.ts';
import type { GrpcOptions } from './grpc-options.ts';
import { ownNames } from './own-names.ts';
import { GrpcPorts } from './ports.ts';
import { Http2Edge, type Http2Handlers } from './wire/http2-server.ts';

export interface GrpcServer {
  /** By which clients reach it, as far as it knows. */
  readonly names: readonly string[];
  /** Of REST and gRPC inside TLS, once it listens. */
  readonly tlsPort: number | undefined;
  /** Opens the ports that the settings name; answers with their addresses. */
  listen(): Promise<Readonly<Record<string, string>>>;
  /** Takes no more calls, and ends once those under way are answered. */
  close(): Promise<void>;
}

export function openGrpc(options: GrpcOptions): GrpcServer {
  const { app, settings } = options;
  const edge = new Http2Edge(
    {
      grpc: servesCalls(options),
      other: (request, response) => app.routing(request, response),
    },
    settings.apiReceiveTimeoutMs === undefined ? {} : { requestMs: settings.apiReceiveTimeoutMs },
  );
  const ports = new GrpcPorts({ http1: app.server, http2: edge.server });
  let certificate: CertificateKeeper | undefined;
  return {
    get names() {
      return ownNames(settings.grpcAddress, certificate?.current.certificatePem);
    },
    get tlsPort() {
      return ports.tlsPort;
    },
    async listen() {
      certificate = settings.apiTlsPort === undefined ? undefined : await openCertificate(options, ports);
      return {
        ...(certificate && { apiTls: await ports.openTls(tlsPlace(settings), certificate.current) }),
        ...(settings.apiGrpcPort !== undefined && {
          apiGrpc: await ports.openCleartext(cleartextPlace(settings)),
        }),
      };
    },
    async close() {
      await Promise.all([certificate?.stop(), ports.close(), edge.close()]);
    },
  };
}

export const loadCalls = () => import('./calls/create-call-runner.ts');

/** What serves calls is loaded with the first: the messages take 7 MB, and many installations are asked by REST alone. */
function servesCalls(options: GrpcOptions): Http2Handlers['grpc'] {
  let runner: CallRunner | undefined;
  let loading: Promise<CallRunner> | undefined;
  const load = async () => (await loadCalls()).createCallRunner(options);
  const serve = async (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    if (runner === undefined) {
      // The client may leave meanwhile.
      stream.on('error', () => {});
      try {
        loading ??= load();
        runner = await loading;
      } catch (err) {
        options.logger.error({ err }, 'what serves gRPC calls could not be loaded');
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        return;
      }
      if (stream.destroyed) return;
    }
    await runner.serve(stream, headers);
  };
  return (stream, headers) => void serve(stream, headers);
}

async function openCertificate(
  { settings, logger }: GrpcOptions,
  ports: GrpcPorts,
): Promise<CertificateKeeper> {
  const keeper = await CertificateKeeper.open(settings, {
    failed: (err) => logger.warn({ err }, 'the server certificate could not be renewed'),
    expiresSoon: (notAfter) => logger.warn({ notAfter }, 'the server certificate ends soon: replace it'),
  });
  keeper.onReplaced((certificate) => ports.replaceCertificate(certificate));
  return keeper;
}

function tlsPlace({ apiTlsHost: host, apiTlsPort: port = 0 }: Settings) {
  return { host, port, variables: { host: 'IOT_API_TLS_HOST', port: 'IOT_API_TLS_PORT' } };
}

function cleartextPlace({ apiHost: host, apiGrpcPort: port = 0 }: Settings) {
  return { host, port, variables: { host: 'IOT_API_HOST', port: 'IOT_API_GRPC_PORT' } };
}
