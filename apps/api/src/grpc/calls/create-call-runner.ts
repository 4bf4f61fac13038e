/** What serves gRPC calls, put together: the methods, their messages, the log and the metrics. */
import { serviceFiles } from '@iotcore/proto';
import { forwardedAddress } from '../../http/client-address.ts';
import type { GrpcOptions } from '../grpc-options.ts';
import { allMethods } from '../methods.ts';
import { endpointMethods } from '../services/endpoints.ts';
import { healthMethods } from '../services/health.ts';
import { reflectionMethods } from '../services/reflection.ts';
import { textOf } from '../wire/stream-call.ts';
import { type CallEnd, CallRunner } from './call-runner.ts';

const serviceNames = new Set(serviceFiles.flatMap((file) => file.services.map(({ typeName }) => typeName)));

export function createCallRunner(options: GrpcOptions): CallRunner {
  const { settings, logger, controlPlane } = options;
  return new CallRunner({
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
}

/** One line in the log and one count for each call, as REST has. */
function record({ logger, metrics }: GrpcOptions, { tookMs, ...end }: CallEnd): void {
  logger.info({ ...end, tookMs: Math.round(tookMs) }, 'answered');
  metrics.answeredGrpc(end.operation, end.code, tookMs);
}
