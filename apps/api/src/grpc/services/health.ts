/** grpc.health.v1.Health (https://github.com/grpc/grpc/blob/master/doc/health-checking.md). */
import { setTimeout as sleep } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { ApiError } from '@iotcore/control';
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from '@iotcore/proto';
import type { OwnMethod } from '../method.ts';
import type { StreamCall } from '../wire/stream-call.ts';

/** How often a watched status is looked at, in ms. */
const lookMs = 1000;

/** `services`: full names that can be asked about, besides the empty one, which is the server. */
export function healthMethods(isReady: () => Promise<boolean>, services: ReadonlySet<string>): OwnMethod[] {
  const isServing = oncePer(lookMs, () => isReady().catch(() => false));
  const isKnown = (service: string) => service === '' || services.has(service);
  const statusOf = async (service: string) => {
    if (!isKnown(service)) return Status.SERVICE_UNKNOWN;
    return (await isServing()) ? Status.SERVING : Status.NOT_SERVING;
  };
  return [
    {
      kind: 'own',
      method: Health.method.check,
      async serve(call) {
        const { service } = fromBinary(HealthCheckRequestSchema, await call.message());
        if (!isKnown(service)) throw new ApiError('NOT_FOUND', 'There is no such service.');
        await send(call, await statusOf(service));
      },
    },
    {
      kind: 'own',
      method: Health.method.watch,
      isLong: true,
      async serve(call) {
        const { service } = fromBinary(HealthCheckRequestSchema, await call.message());
        let told: Status | undefined;
        while (!call.signal.aborted) {
          const status = await statusOf(service);
          if (status !== told) await send(call, status);
          told = status;
          await sleep(lookMs, undefined, { signal: call.signal }).catch(() => {});
        }
        throw call.signal.reason;
      },
    },
  ];
}

/** However many ask, it is found out once in this time: nobody needs credentials to ask. */
function oncePer<T>(intervalMs: number, find: () => Promise<T>): () => Promise<T> {
  let found: { readonly at: number; readonly value: Promise<T> } | undefined;
  return () => {
    const at = performance.now();
    if (!found || at - found.at >= intervalMs) found = { at, value: find() };
    return found.value;
  };
}

function send(call: StreamCall, status: Status): Promise<void> {
  return call.send(toBinary(HealthCheckResponseSchema, create(HealthCheckResponseSchema, { status })));
}
