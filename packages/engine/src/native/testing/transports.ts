/** The transports that an engine serves, each with its ways to end, for tests of what must hold on all of them. */
import { once } from 'node:events';
import { connect as connectTcp, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTlsServer } from 'node:tls';
import { makeCertificate, RawClient } from '@iotcore/testkit';
import type { Principal, TestHost } from '../../behaviour/testing/host.ts';
import { startServer, transportOf } from '../../behaviour/testing/server.ts';
import type { Engine, EngineLimits } from '../../port.ts';
import { createNativeEngine, toDirectSocket } from '../index.ts';

export interface ServedEngine {
  readonly host: TestHost;
  readonly engine: Engine<Principal>;
  /** Opens a connection on the transport that is tested. */
  connect(): Promise<RawClient>;
  /** Plain TCP, for clients that only watch. */
  readonly port: number;
}

export type StartEngine = (
  cleanUp: (stop: () => Promise<void>) => void,
  limits?: Partial<EngineLimits>,
) => Promise<ServedEngine>;

/** How a client ends its side. */
export interface Ending {
  readonly name: string;
  end(client: RawClient): void;
}

const certificate = makeCertificate({ names: ['127.0.0.1'] });

/** The TCP sockets of clients. */
const below = new WeakMap<RawClient, Socket>();

const gently: Ending = { name: 'closes its side', end: ({ socket }) => socket.end() };
const atOnce: Ending = {
  name: 'is reset',
  // Not before all that was written has left.
  end: (client) => void client.socket.write('', () => below.get(client)?.resetAndDestroy()),
};
/** FIN from the socket below, without close_notify. */
const withoutWord: Ending = {
  name: 'ends without close_notify',
  end: (client) => void client.socket.write('', () => below.get(client)?.end()),
};

export const transports: readonly {
  readonly name: string;
  readonly start: StartEngine;
  readonly endings: readonly Ending[];
}[] = [
  {
    name: 'plain TCP',
    endings: [gently, atOnce],
    start: (cleanUp, limits) =>
      serve(
        cleanUp,
        limits,
        (take) =>
          createServer({ noDelay: true, pauseOnConnect: true }, (socket) => take(toDirectSocket(socket))),
        undefined,
      ),
  },
  {
    name: 'plain TCP behind a proxy',
    endings: [gently, atOnce],
    start: (cleanUp, limits) => serve(cleanUp, limits, (take) => createServer(take), undefined),
  },
  {
    name: 'TLS',
    endings: [gently, atOnce, withoutWord],
    start: async (cleanUp, limits) => {
      const { certPem, keyPem } = await certificate;
      return serve(
        cleanUp,
        limits,
        (take) => createTlsServer({ cert: certPem, key: keyPem, noDelay: true }, take),
        certPem,
      );
    },
  },
];

async function serve(
  cleanUp: (stop: () => Promise<void>) => void,
  limits: Partial<EngineLimits> = {},
  listen: (take: (socket: Socket) => void) => Server,
  caPem: string | undefined,
): Promise<ServedEngine> {
  const { port, host, engine } = await startServer(createNativeEngine, cleanUp, limits);
  const server = listen((socket) => engine.accept(socket, transportOf(socket)));
  server.listen(0, '127.0.0.1');
  cleanUp(async () => void server.close());
  await once(server, 'listening');
  const tested = (server.address() as { port: number }).port;
  return { host, engine, port, connect: () => open(tested, caPem, cleanUp) };
}

async function open(
  port: number,
  caPem: string | undefined,
  cleanUp: (stop: () => Promise<void>) => void,
): Promise<RawClient> {
  const tcp = connectTcp(port, '127.0.0.1');
  cleanUp(async () => void tcp.destroy());
  tcp.on('error', () => {});
  const socket = caPem === undefined ? tcp : connectTls({ socket: tcp, host: '127.0.0.1', ca: caPem });
  await once(socket, caPem === undefined ? 'connect' : 'secureConnect');
  const client = new RawClient(socket);
  below.set(client, tcp);
  return client;
}
