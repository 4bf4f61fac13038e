import { once } from 'node:events';
import { type AddressInfo, createServer, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Transport } from '@iotcore/engine';
import { StartupError } from '@iotcore/process';
import type { ConnectionLimiter, LimitReached } from './connection-limiter.ts';

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections; open ones stay. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** The settings that name host and port, for the message when it is taken. */
  readonly settingNames: string;
  readonly host: string;
  readonly port: number;
  readonly limiter: ConnectionLimiter;
  refusedByLimit(limit: LimitReached, address: string): void;
}

export type Accept = (socket: Duplex, transport: Transport) => void;

/**
 * Connections waiting to be accepted. A fleet that lost its network comes back at once; the kernel caps this at
 * net.core.somaxconn.
 */
const BACKLOG = 4096;
/** Finds peers that vanished without a word, for clients that asked for no keep alive. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** MQTT over plain TCP. @throws StartupError if the port is taken */
export function listenTcp(options: ListenOptions, accept: Accept): Promise<Listener> {
  return listen(options, (socket, remote) => {
    accept(socket, { secure: false, ...remote, peerCertificate: () => undefined });
  });
}

type RemoteEnd = Pick<Transport, 'remoteAddress' | 'remotePort'>;

/** Accepts sockets within the limits. @throws StartupError if the port is taken */
export async function listen(
  options: ListenOptions,
  take: (socket: Socket, remote: RemoteEnd) => void,
): Promise<Listener> {
  const { limiter } = options;
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS });
  server.on('connection', (socket) => {
    const remote = remoteEnd(socket);
    if (!remote) {
      socket.destroy();
      return;
    }
    const limit = limiter.admit(remote.remoteAddress);
    if (limit) {
      options.refusedByLimit(limit, remote.remoteAddress);
      socket.resetAndDestroy();
      return;
    }
    socket.once('close', () => limiter.release(remote.remoteAddress));
    take(socket, remote);
  });
  try {
    server.listen({ host: options.host, port: options.port, backlog: BACKLOG });
    await once(server, 'listening');
  } catch (error) {
    throw new StartupError(`${options.settingNames}: ${listenProblem(error, options)}`);
  }
  return {
    host: options.host,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      // Its callback would wait for the open connections.
      server.close();
    },
  };
}

function listenProblem(error: unknown, { host, port }: ListenOptions): string {
  const code = (error as NodeJS.ErrnoException).code;
  const place = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (code === 'EADDRINUSE') return `${place} is taken by another program; stop it or choose another port`;
  if (code === 'EACCES') return `${place} may not be used by this user; choose a port above 1023`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${host} is no address of this machine`;
  return `cannot listen on ${place} (${code})`;
}

/** Undefined when the peer is gone already. IPv4 peers of a dual-stack listener are shown as IPv4. */
export function remoteEnd(socket: Socket): RemoteEnd | undefined {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return { remoteAddress: remoteAddress.replace(/^::ffff:(?=\d+\.)/, ''), remotePort };
}
