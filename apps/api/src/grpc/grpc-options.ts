import type { ControlPlane } from '@iotcore/control';
import type { Logger, Settings } from '@iotcore/process';
import type { FastifyInstance } from 'fastify';
import type { CallMetrics } from '../metrics/call-metrics.ts';

/** What the gRPC edge has of the process. */
export interface GrpcOptions {
  readonly app: FastifyInstance;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly metrics: CallMetrics;
  readonly controlPlane: () => ControlPlane | undefined;
  readonly isReady: () => Promise<boolean>;
}
