import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Transport } from '@iotcore/engine';
import { toDirectSocket } from '@iotcore/engine/native';
import { addressBlock, asIPv4 } from '@iotcore/model';
import { type ListenPlace, listenAt } from '@iotcore/process';
import type { AcceptGate } from './accept-gate.ts';
import type { ConnectionLimiter, LimitReached } from './connection-limiter.ts';
import { type NoHeader, readHeaderOf } from './proxy/proxy-header-reader.ts';
import type { ProxiedClient, ProxyHeader, RemoteEnd } from './proxy/proxy-protocol.ts';

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Takes no more connections; open ones stay. */
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly place: ListenPlace;
  readonly limiter: ConnectionLimiter;
  readonly gate: AcceptGate;
  /** Other processes of this installation listen on the same port. */
  readonly sharesPort: boolean;
  refusedByLimit(limit: LimitReached | 'address blocked', address: string): void;
  /** Whether connections from this address are turned away. */
  isBlocked(address: string): boolean;
  /** Must a connection from this address begin with a PROXY protocol header? Nobody else may send one. */
  isProxy(address: string): boolean;
  /** The field of the header that holds the SHA-256 of the client's certificate, where the proxy ends TLS. */
  readonly certificateField?: number | undefined;
  /** A connection of a proxy was closed: it sent no header that can be read. */
  noProxyHeader(why: NoHeader, address: string): void;
}

export type Accept = (socket: Duplex, transport: Transport) => void;

/**
 * Connections waiting to be accepted. A fleet that lost its network comes back at once; the kernel caps this at
 * net.core.somaxconn.
 */
const acceptBacklog = 4096;
/** Finds peers that vanished without a word, for clients that asked for no keep alive. */
const tcpKeepAliveMs = 60_000;
const socketOptions = { noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs };

/** MQTT over plain TCP. @throws StartupError if the port is taken */
export function listenTcp(options: ListenOptions, accept: Accept): Promise<Listener> {
  const taker: Taker = {
    // Before CONNECT a connection without TLS holds next to nothing.
    reserve: () => () => {},
    take(accepted, remote) {
      const socket = toDirectSocket(accepted);
      accept(socket, { secure: false, ...remote, peerCertificate: () => undefined });
      socket.resume();
    },
  };
  return listen(options, taker, { pauseOnConnect: true });
}

/** What becomes of an accepted socket. */
export interface Taker {
  /** Reserves what its beginning needs and answers how to give it back; undefined: the connection has to wait. */
  reserve(client: RemoteEnd): (() => void) | undefined;
  /** `begun` gives back what was reserved, to be called once or more often. */
  take(socket: Socket, client: ProxiedClient, begun: () => void): void;
}

/**
 * Accepts sockets within the limits, and tells whose they are. `take` must begin to read a socket at once; with
 * `pauseOnConnect` nothing has been read from it (a proxy's header aside), and it must be resumed.
 *
 * @throws StartupError if the port is taken
 */
export async function listen(
  options: ListenOptions,
  taker: Taker,
  { pauseOnConnect = false } = {},
): Promise<Listener> {
  const server = createServer({ ...socketOptions, pauseOnConnect });
  server.on('connection', (socket) => admit(options, socket, taker));
  await listenAt(options.place, async (at) => {
    server.listen({ ...at, backlog: acceptBacklog, reusePort: options.sharesPort });
    await once(server, 'listening');
  });
  return {
    host: options.place.host,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      // Its callback would wait for the open connections.
      server.close();
    },
  };
}

/** A place of the total, the client's address, a place of that, its turn: then the connection is taken. */
function admit(options: ListenOptions, socket: Socket, taker: Taker): void {
  const { limiter, gate } = options;
  const peer = remoteEnd(socket);
  if (!peer) {
    socket.destroy();
    return;
  }
  const turnAway = (limit: LimitReached | 'address blocked', address: string) => {
    options.refusedByLimit(limit, address);
    socket.resetAndDestroy();
  };
  const reached = limiter.admit();
  if (reached) {
    turnAway(reached, peer.remoteAddress);
    return;
  }
  let admitted: string | undefined;
  socket.once('close', () => limiter.release(admitted));

  const identified = (client: ProxiedClient) => {
    if (options.isBlocked(client.remoteAddress)) {
      turnAway('address blocked', client.remoteAddress);
      return;
    }
    const ofAddress = limiter.admitAddress(client.remoteAddress);
    if (ofAddress) {
      turnAway(ofAddress, client.remoteAddress);
      return;
    }
    admitted = client.remoteAddress;
    let begun = () => {};
    gate.enter(socket, {
      address: addressBlock(client.remoteAddress),
      mayBegin() {
        const reserved = taker.reserve(client);
        if (reserved) begun = reserved;
        return reserved !== undefined;
      },
      begin: () => taker.take(socket, client, begun),
    });
  };
  const withHeader = (header: ProxyHeader | NoHeader) => {
    if (typeof header === 'object') {
      identified(header.client ?? peer);
      return;
    }
    options.noProxyHeader(header, peer.remoteAddress);
    socket.destroy();
  };
  if (options.isProxy(peer.remoteAddress)) readHeaderOf(socket, options, withHeader);
  else identified(peer);
}

/** Undefined when the peer is gone already. IPv4 peers of a dual-stack listener are shown as IPv4. */
function remoteEnd(socket: Socket): RemoteEnd | undefined {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return { remoteAddress: asIPv4(remoteAddress), remotePort };
}
