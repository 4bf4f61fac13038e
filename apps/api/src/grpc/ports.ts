/**
 * The ports that serve gRPC, and REST beside it: one inside TLS, where ALPN chooses between HTTP/2 and HTTP/1.1, and one of
 * cleartext HTTP/2 for proxies that end TLS.
 */

import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Http2Server } from 'node:http2';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { addressBlock } from '@iotcore/model';
import { type ListenPlace, listenAt, urlHost } from '@iotcore/process';
import type { CertificatePair } from '@iotcore/server-certificate';

/** From the first byte of a connection to the end of its handshake; Node's own default is two minutes. */
const handshakeTimeoutMs = 10_000;
/** Connections of a port at the same time, those within their handshake included; each takes some 100 KiB inside TLS. */
const maxConnections = 2000;
/** Of one address (of IPv6: one /64) at the TLS port: a network behind one address, and no more than a part of them all. */
const usualMaxPerAddress = 200;

export interface PortServers {
  /** Of Fastify: it speaks HTTP/1.1, with its time-outs. */
  readonly http1: HttpServer;
  readonly http2: Http2Server;
}

export class GrpcPorts {
  readonly #servers: PortServers;
  readonly #open: Server[] = [];
  /** Connections of the TLS port. */
  readonly #byAddress = new Map<string, number>();
  readonly #maxPerAddress: number;
  #tls: TlsServer | undefined;

  constructor(servers: PortServers, maxConnectionsPerAddress = usualMaxPerAddress) {
    this.#servers = servers;
    this.#maxPerAddress = maxConnectionsPerAddress;
  }

  /** Undefined unless it listens. */
  get tlsPort(): number | undefined {
    return this.#tls?.listening ? portOf(this.#tls) : undefined;
  }

  /** @throws StartupError if the port or host cannot be had */
  async openTls(place: ListenPlace, certificate: CertificatePair): Promise<string> {
    const server = createTlsServer({
      ...contextOf(certificate),
      ALPNProtocols: ['h2', 'http/1.1'],
      handshakeTimeout: handshakeTimeoutMs,
    });
    server.on('connection', (socket) => this.#holdToAddress(socket));
    server.on('secureConnection', (socket) => this.#take(socket));
    // A handshake that failed: the client does not trust the certificate, or speaks no TLS. Node has closed it.
    server.on('tlsClientError', () => {});
    this.#tls = server;
    return this.#listen(server, place, 'https');
  }

  /** @throws StartupError if the port or host cannot be had */
  openCleartext(place: ListenPlace): Promise<string> {
    const server = createTcpServer((socket) => this.#servers.http2.emit('connection', socket));
    return this.#listen(server, place, 'http');
  }

  /** From now on new connections are shown this certificate. */
  replaceCertificate(certificate: CertificatePair): void {
    this.#tls?.setSecureContext(contextOf(certificate));
  }

  /** Takes no more connections. */
  async close(): Promise<void> {
    await Promise.all(this.#open.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  /** Before the handshake, which is what a connection costs most. */
  #holdToAddress(socket: Socket): void {
    const address = addressBlock(socket.remoteAddress ?? '');
    const count = (this.#byAddress.get(address) ?? 0) + 1;
    if (count > this.#maxPerAddress) {
      socket.destroy();
      return;
    }
    this.#byAddress.set(address, count);
    socket.once('close', () => {
      const left = (this.#byAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    });
  }

  #take(socket: TLSSocket): void {
    const server = socket.alpnProtocol === 'h2' ? this.#servers.http2 : this.#servers.http1;
    server.emit('connection', socket satisfies Socket);
  }

  #listen(server: Server, place: ListenPlace, scheme: string): Promise<string> {
    server.maxConnections = maxConnections;
    this.#open.push(server);
    return listenAt(place, async (at) => {
      server.listen(at);
      await once(server, 'listening');
      return `${scheme}://${urlHost(at.host)}:${portOf(server)}`;
    });
  }
}

function contextOf({ certificatePem, privateKeyPem }: CertificatePair) {
  return { cert: certificatePem, key: privateKeyPem, minVersion: 'TLSv1.2' } as const;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port');
  return address.port;
}
