/** An engine as a process: `engine-server.ts native|aedes PORT TLS_PORT CERT_FILE KEY_FILE`. */
import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type EngineHost, quietHost, reasonOf } from '@iotcore/engine';
import { createNativeEngine, toDirectSocket } from '@iotcore/engine/native';
import { createAedesEngine } from '@iotcore/engine-aedes';
import { broadcastTopic, password, registryId } from '../fleet.ts';

const [name, port, tlsPort, certFile, keyFile] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const basis = { stale: false };
const registry = 'registry';
const devices = 'devices';

const host: EngineHost<string> = {
  ...quietHost,
  connect: async ({ username = '', password: given }) =>
    given?.toString() === password
      ? { accepted: true, principal: username, scope: username }
      : { accepted: false, code: 4, reason: reasonOf('wrong password') },
  route: (user, topic) => {
    if (user === registryId) {
      return topic === broadcastTopic
        ? { destinations: [{ namespace: devices, topic }], basis, retainAs: undefined }
        : undefined;
    }
    if (!topic.startsWith(`$devices/${user}/events`)) return undefined;
    return { destinations: [{ namespace: registry, topic }], basis, retainAs: undefined };
  },
  grant: (user, filter) => {
    if (user === registryId) return { filters: [{ namespace: registry, filter }] };
    if (filter === broadcastTopic) return { filters: [{ namespace: devices, filter }] };
    return filter.startsWith(`$devices/${user}/`) ? { filters: [{ namespace: user, filter }] } : undefined;
  },
};

const engine = (name === 'aedes' ? createAedesEngine : createNativeEngine)(host, {
  maxPayloadBytes: 262_144,
  maxConnectPacketBytes: 65_536,
  maxTopicBytes: 65_535,
  maxTopicLevels: 128,
  maxClientIdBytes: 1_024,
  maxSubscriptionsPerSession: 10_000,
  maxSubscriptionBytesPerSession: 33_554_432,
  connectTimeoutMs: 10_000,
  minPacketBytesPerSecond: 1_000,
  packetGraceMs: 30_000,
  finishTimeoutMs: 60_000,
  maxFinishingBytes: 67_108_864,
  maxRetainedReaders: 4,
  maxInflightMessages: 20_000,
  maxQueuedMessages: 50_000,
  maxQueuedBytes: 16_777_216,
  maxOutputBytes: 8_388_608,
  maxWaitingBytes: 536_870_912,
});

function accept(secure: boolean) {
  return (socket: Socket) =>
    engine.accept(socket, {
      secure,
      remoteAddress: socket.remoteAddress ?? '',
      remotePort: socket.remotePort ?? 0,
      peerCertificate: () => undefined,
    });
}

const options = { cert: readFileSync(certFile), key: readFileSync(keyFile), noDelay: true };
const plain = { noDelay: true, pauseOnConnect: true };
createServer(plain, (socket) => accept(false)(toDirectSocket(socket))).listen({
  port: Number(port),
  host: '0.0.0.0',
  backlog: 4_096,
});
createTlsServer(options, accept(true)).listen({ port: Number(tlsPort), host: '0.0.0.0', backlog: 4_096 });
process.on('SIGTERM', () => process.exit(0));
