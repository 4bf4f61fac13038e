/** Prints the OpenAPI document as JSON: `node print.ts 3.1.0`. Needs no database and listens nowhere. */
import { createLogger } from '@iotcore/process';
import { buildApp } from '../app.ts';
import { CallMetrics } from '../metrics/call-metrics.ts';
import type { OpenApiVersion } from './version.ts';

const version = (process.argv[2] ?? '3.1.0') as OpenApiVersion;
const app = await buildApp({
  logger: createLogger('openapi', { logLevel: 'silent' }),
  controlPlane: () => undefined,
  isReady: async () => false,
  trustedProxies: [],
  metrics: new CallMetrics(),
  endpoints: { grpcAddress: undefined, tlsPort: () => undefined },
  openapi: version,
});
await app.ready();
process.stdout.write(JSON.stringify(app.swagger()));
await app.close();
