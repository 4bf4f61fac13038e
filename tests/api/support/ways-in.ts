import { type AddressInfo, connect, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { ApiClient, type Installation, makeCertificate } from '@iotcore/testkit';
import { afterAll, beforeAll } from 'vitest';

/** As the API serves it, and as others reach it: inside TLS, which a proxy in front of it ends. */
export const waysIn = ['HTTP', 'HTTPS'] as const;
export type WayIn = (typeof waysIn)[number];

export interface Entrance {
  readonly api: ApiClient;
  /** Opens a socket for bytes that no client would send. */
  connect(): Socket;
}

/** Declares both ways into an installation for the tests of this file. */
export function bothWaysInto(installation: () => Installation): (way: WayIn) => Entrance {
  const proxy = tlsProxy(() => new URL(installation().apiUrl));
  const api = new ApiClient(
    () => `https://127.0.0.1:${proxy.port}`,
    () => installation().adminToken,
  );
  // Searched for secrets in the end, as those of the other way are.
  afterAll(() => void installation().api.errorBodies.push(...api.errorBodies));
  return (way) =>
    way === 'HTTPS'
      ? { api, connect: () => tls.connect({ host: '127.0.0.1', port: proxy.port }) }
      : { api: installation().api, connect: () => connectTo(new URL(installation().apiUrl)) };
}

/** Sends bytes as they are; resolves with what came back until the server closed the connection. */
export function exchange(entrance: Entrance, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = entrance.connect();
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (text) => {
      received += text;
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') ? resolve(received) : reject(error),
    );
    socket.on('close', () => resolve(received));
    socket.write(bytes);
  });
}

/** A proxy that ends TLS and passes on what it gets, byte by byte; this process trusts its certificate. */
function tlsProxy(target: () => URL): { readonly port: number } {
  const trusted = tls.getCACertificates('default');
  const sockets = new Set<Socket>();
  const server = tls.createServer((client) => {
    const upstream = connectTo(target());
    client.pipe(upstream).pipe(client);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      // What was answered before it still arrives.
      one.on('error', () => other.destroySoon());
      one.on('close', () => sockets.delete(one));
    }
  });
  beforeAll(async () => {
    const { certPem, keyPem } = await makeCertificate({ names: ['127.0.0.1'] });
    server.setSecureContext({ cert: certPem, key: keyPem });
    tls.setDefaultCACertificates([...trusted, certPem]);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    tls.setDefaultCACertificates(trusted);
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    get port() {
      return (server.address() as AddressInfo).port;
    },
  };
}

function connectTo({ hostname, port }: URL): Socket {
  return connect(Number(port), hostname);
}
