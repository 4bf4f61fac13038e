/** The gRPC edge, put together: its methods, its HTTP/2 server, its ports and the certificate of the TLS one. */
import type { ControlPlane } from '@iotcore/control';
import type { Logger, Settings } from '@iotcore/process';
import { serviceFiles } from '@iotcore/proto';
import { CertificateKeeper } from '@iotcore/server-certificate';
import type { FastifyInstance } from 'fastify';
import { forwardedAddress } from '../http/client-address.ts';
import type { CallMetrics } from '../metrics/call-metrics.ts';
import { type CallEnd, CallRunner } from './call-runner.ts';
import { allMethods } from './methods.ts';
import { ownNames } from './own-names.ts';
import { GrpcPorts } from './ports.ts';
import { endpointMethods } from './services/endpoints.ts';
import { healthMethods } from './services/health.ts';
import { reflectionMethods } from './services/reflection.ts';
import { Http2Edge } from './wire/http2-server.ts';
import { textOf } from './wire/stream-call.ts';

export interface GrpcOptions {
  readonly app: FastifyInstance;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly metrics: CallMetrics;
  readonly controlPlane: () => ControlPlane | undefined;
  readonly isReady: () => Promise<boolean>;
}

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

const serviceNames = new Set(serviceFiles.flatMap((file) => file.services.map(({ typeName }) => typeName)));

export function openGrpc(options: GrpcOptions): GrpcServer {
  const { app, settings, logger, controlPlane } = options;
  const runner = new CallRunner({
    methods: allMethods([
      ...endpointMethods(settings.grpcAddress),
      ...healthMethods(options.isReady, serviceNames),
      ...reflectionMethods(),
    ]),
    controlPlane,
    clientAddress: (stream, headers) =>
      forwardedAddress(
        stream.session?.socket.remoteAddress ?? '',
        textOf(headers['x-forwarded-for']),
        settings.apiTrustedProxies,
      ),
    takeAnswerMs: settings.apiTakeAnswerMs,
    ended: (end) => record(options, end),
    failed: (err, requestId) => logger.error({ err, requestId }, 'answered INTERNAL'),
  });
  const edge = new Http2Edge(
    {
      grpc: (stream, headers) => void runner.serve(stream, headers),
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

/** One line in the log and one count for each call, as REST has. */
function record({ logger, metrics }: GrpcOptions, { tookMs, ...end }: CallEnd): void {
  logger.info({ ...end, tookMs: Math.round(tookMs) }, 'answered');
  metrics.answeredGrpc(end.operation, end.code, tookMs);
}
