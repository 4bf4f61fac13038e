import type { Socket } from 'node:net';
import type { RemoteEnd } from './proxy-protocol.ts';

/**
 * Whose connection a socket is. A TLS socket does not tell which socket it was made on, but has the same two ends; behind
 * a proxy these are not the client's.
 */
export class ClientAddresses {
  readonly #clients = new Map<string, RemoteEnd>();

  /** Remembers the client of an open socket until it closes. */
  note(socket: Socket, client: RemoteEnd): void {
    const ends = endsOf(socket);
    this.#clients.set(ends, client);
    socket.once('close', () => {
      if (this.#clients.get(ends) === client) this.#clients.delete(ends);
    });
  }

  /** Undefined when the socket has closed already. */
  of(socket: Socket): RemoteEnd | undefined {
    return this.#clients.get(endsOf(socket));
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
