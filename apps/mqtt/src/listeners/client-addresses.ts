import type { Socket } from 'node:net';
import type { RemoteEnd } from './proxy-protocol.ts';

/**
 * Whose connection a socket is. A TLS socket does not tell which socket it was made on, but has the same two ends; behind
 * a proxy these are not the client's.
 */
export class ClientAddresses {
  readonly #clients = new Map<string, RemoteEnd>();

  /** Remembers the client of an open socket until it is taken, or the socket closes. */
  note(socket: Socket, client: RemoteEnd): void {
    const ends = endsOf(socket);
    this.#clients.set(ends, client);
    socket.once('close', () => {
      if (this.#clients.get(ends) === client) this.#clients.delete(ends);
    });
  }

  /** Once for each connection; undefined when its socket has closed already. */
  take(socket: Socket): RemoteEnd | undefined {
    const ends = endsOf(socket);
    const client = this.#clients.get(ends);
    this.#clients.delete(ends);
    return client;
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
