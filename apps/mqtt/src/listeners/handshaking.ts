import type { Socket } from 'node:net';
import type { RemoteEnd } from './proxy-protocol.ts';

export interface Handshake {
  readonly client: RemoteEnd;
  /** To be called when the handshake has ended, however; more than once does no harm. */
  ended(): void;
}

/**
 * Whose handshakes are under way. A TLS socket does not tell which socket it was made on, but has the same two ends; behind
 * a proxy these are not the client's.
 */
export class Handshaking {
  readonly #handshakes = new Map<string, Handshake>();

  /** Remembers the handshake of an open socket until it is taken, or the socket closes; then it has ended. */
  begin(socket: Socket, handshake: Handshake): void {
    const ends = endsOf(socket);
    this.#handshakes.set(ends, handshake);
    socket.once('close', () => {
      handshake.ended();
      if (this.#handshakes.get(ends) === handshake) this.#handshakes.delete(ends);
    });
  }

  /** The handshake has ended: whose it was. Once for each; undefined when its socket has closed already. */
  end(socket: Socket): RemoteEnd | undefined {
    const ends = endsOf(socket);
    const handshake = this.#handshakes.get(ends);
    this.#handshakes.delete(ends);
    handshake?.ended();
    return handshake?.client;
  }
}

function endsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
