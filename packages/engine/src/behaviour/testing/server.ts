import { createServer, type Socket } from 'node:net';
import { toDirectSocket } from '../../native/index.ts';
import type { CreateEngine, Engine, EngineLimits } from '../../port.ts';
import { reasonOf } from '../../reasons.ts';
import { type Principal, TestHost } from './host.ts';

/** Roomy enough for whatever a test does not try to exceed. */
export const testLimits: EngineLimits = {
  maxPayloadBytes: 262_144,
  maxConnectPacketBytes: 16_384,
  maxTopicBytes: 2048,
  maxTopicLevels: 100,
  maxClientIdBytes: 256,
  maxSubscriptionsPerSession: 1000,
  maxSubscriptionBytesPerSession: 33_554_432,
  connectTimeoutMs: 10_000,
  minPacketBytesPerSecond: 1_000,
  packetGraceMs: 10_000,
  finishTimeoutMs: 60_000,
  maxFinishingBytes: 67_108_864,
  maxRetainedReaders: 4,
  maxInflightMessages: 100,
  maxQueuedMessages: 1000,
  maxQueuedBytes: 4_194_304,
  maxOutputBytes: 1_048_576,
  maxWaitingBytes: 67_108_864,
};

export interface TestServer {
  readonly port: number;
  readonly host: TestHost;
  readonly engine: Engine<Principal>;
}

/** An engine behind a plain TCP listener on a free port; `cleanUp` gets what takes it down again. */
export async function startServer(
  create: CreateEngine,
  cleanUp: (stop: () => Promise<void>) => void,
  limits: Partial<EngineLimits> = {},
): Promise<TestServer> {
  const host = new TestHost();
  const engine = create<Principal>(host, { ...testLimits, ...limits });
  const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => {
    const transport = transportOf(socket);
    engine.accept(toDirectSocket(socket), transport);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp(async () => {
    server.close();
    await engine.close(reasonOf('the test is over'));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  return { port: address.port, host, engine };
}

export function transportOf(socket: Socket) {
  return {
    secure: 'encrypted' in socket,
    remoteAddress: socket.remoteAddress ?? '',
    remotePort: socket.remotePort ?? 0,
    peerCertificate: () => undefined,
  };
}
