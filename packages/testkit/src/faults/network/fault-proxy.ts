import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Link, Pipe, perfectLink } from './pipe.ts';

/** As the client sees it: `up` goes to the server, `down` comes from it. */
export type Direction = 'up' | 'down';

interface Connection {
  readonly client: Socket;
  readonly server: Socket;
  readonly pipes: Readonly<Record<Direction, Pipe>>;
}

/**
 * A TCP proxy on 127.0.0.1 that does to connections what networks do: delay, throttle, stall, cut, half-close. The faults
 * hold for all of its connections, those that are open and those that come.
 */
export class FaultProxy {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  #targetPort: number;
  #links: Record<Direction, Link> = { up: perfectLink, down: perfectLink };
  #refusing = false;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    server.on('connection', (client) => this.#accept(client));
  }

  static async start(targetPort: number): Promise<FaultProxy> {
    // Half-open: the end of one direction must not end the other, unless both sides want it.
    const server = createServer({ allowHalfOpen: true });
    const proxy = new FaultProxy(server, targetPort);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return address.port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Where new connections go from now on. */
  retarget(port: number): void {
    this.#targetPort = port;
  }

  /** Changes the link of one direction; what is not named stays. Byte counts are those of each connection. */
  set(direction: Direction, link: Partial<Link>): void {
    this.#links[direction] = { ...this.#links[direction], ...link };
    for (const connection of this.#connections) {
      connection.pipes[direction].changed();
      this.#gone(connection);
    }
  }

  setBoth(link: Partial<Link>): void {
    this.set('up', link);
    this.set('down', link);
  }

  /** Takes all faults away; what was stalled passes now. */
  heal(): void {
    this.#refusing = false;
    this.setBoth(perfectLink);
  }

  /** Resets every connection. */
  cutAll(): void {
    for (const connection of this.#connections) cut(connection);
  }

  /** Resets new connections at once, until `heal`. */
  refuse(): void {
    this.#refusing = true;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cutAll();
    await closed;
  }

  #accept(client: Socket): void {
    if (this.#refusing) return void client.resetAndDestroy();
    const server = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      // What it means is done on 'close'.
      socket.on('error', () => undefined);
    }
    const connection: Connection = {
      client,
      server,
      pipes: {
        up: new Pipe(
          client,
          server,
          () => this.#links.up,
          () => cut(connection),
        ),
        down: new Pipe(
          server,
          client,
          () => this.#links.down,
          () => cut(connection),
        ),
      },
    };
    this.#connections.add(connection);
    client.on('close', () => this.#gone(connection));
    server.on('close', () => this.#gone(connection));
  }

  /** One side is gone: so is the other, once it has what is under way; but a stalled link tells it nothing. */
  #gone(connection: Connection): void {
    const { client, server } = connection;
    if (server.closed && !this.#links.down.stalled) client.destroySoon();
    if (client.closed && !this.#links.up.stalled) server.destroySoon();
    if (client.closed && server.closed) this.#connections.delete(connection);
  }
}

function cut({ client, server }: Connection): void {
  for (const socket of [client, server]) {
    if (socket.connecting) socket.destroy();
    else socket.resetAndDestroy();
  }
}
