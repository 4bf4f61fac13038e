import type { Socket } from 'node:net';
import type { RemoteEnd } from '../proxy/proxy-protocol.ts';

export interface Handshake {
  readonly client: RemoteEnd;
  /** To be called when the handshake has ended, however; more than once does no harm. */
  ended(): void;
}

/**
 * Whose handshakes are under way. A TLS socket cannot tell itself: behind a proxy its ends are not the client's, and once
 * the client has reset the connection it has no ends any more. So it is known by the socket that it was made on.
 */
export class Handshaking {
  readonly #handshakes = new WeakMap<Socket, Handshake>();

  /** Remembers the handshake of an open socket until it is taken; when the socket closes, it has ended. */
  begin(socket: Socket, handshake: Handshake): void {
    this.#handshakes.set(socket, handshake);
    socket.once('close', () => handshake.ended());
  }

  /** The handshake of this TLS socket has ended: whose it was. Once for each. */
  end(socket: Socket): RemoteEnd | undefined {
    const under = socketUnder(socket);
    const handshake = under && this.#handshakes.get(under);
    if (!handshake) return undefined;
    this.#handshakes.delete(under);
    handshake.ended();
    return handshake.client;
  }
}

/** Node has no public name for it; a test of the listener fails if it gets another. */
function socketUnder(socket: Socket): Socket | undefined {
  return (socket as Socket & { readonly _parent?: Socket })._parent;
}
