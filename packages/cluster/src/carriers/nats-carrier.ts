/**
 * Carries frames between machines over core NATS: each incarnation has a subject. When a connection breaks, the library drops
 * unsent frames, and by default it notices the break late. So links send frames again, and the library pings the server every
 * second.
 */
import { readFileSync } from 'node:fs';
import { natsServerIdentity } from '@iotcore/process/nats-server-identity';
import { connect, credsAuthenticator, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import type { Carrier } from './carrier.ts';

export interface NatsOptions {
  readonly servers: readonly string[];
  /** What subjects begin with. */
  readonly prefix: string;
  readonly credentialsFile: string | undefined;
  readonly caFile: string | undefined;
  /** Shown by the servers. */
  readonly name: string;
  /** Told what becomes of the connection. */
  changed(status: string, data: unknown): void;
}

const pingMs = 1_000;
const reconnectMs = 250;
const connectTimeoutMs = 5_000;

/** Rejects if none of the servers takes the connection. */
export async function connectNats(options: NatsOptions): Promise<Carrier> {
  const connection = await connect({
    servers: [...options.servers],
    name: options.name,
    timeout: connectTimeoutMs,
    pingInterval: pingMs,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectMs,
    reconnectJitter: reconnectMs,
    noEcho: true,
    // An account may be refused for a while, as when its credentials have expired: the node must connect again without a restart.
    ignoreAuthErrorAbort: true,
    // A NATS server announces other servers of its cluster. Clear text is approved for the configured servers only, not for
    // those.
    ignoreClusterUpdates: options.servers.some((server) => server.startsWith('nats:')),
    ...(options.credentialsFile !== undefined && {
      authenticator: credsAuthenticator(readerOf(options.credentialsFile)),
    }),
    ...(options.servers.some((server) => server.startsWith('tls:')) && {
      tls: {
        ...(options.caFile !== undefined && { caFile: options.caFile }),
        ...{ checkServerIdentity: natsServerIdentity(options.servers) },
      },
    }),
  });
  return new NatsCarrier(connection, options);
}

/** Reads the credentials for each connection, since they are renewed; those from before, while they cannot be read. */
function readerOf(path: string): () => Uint8Array {
  let latest: Uint8Array = readFileSync(path);
  return () => {
    try {
      latest = readFileSync(path);
    } catch {
      // A new file is just being put there.
    }
    return latest;
  };
}

class NatsCarrier implements Carrier {
  readonly #connection: NatsConnection;
  readonly #options: NatsOptions;
  #subscription: Subscription | undefined;
  isConnected = true;

  constructor(connection: NatsConnection, options: NatsOptions) {
    this.#connection = connection;
    this.#options = options;
    void this.#watch();
  }

  async open(own: string, received: (frame: Buffer) => void): Promise<void> {
    this.#subscription?.unsubscribe();
    this.#subscription = this.#connection.subscribe(this.#subject(own), {
      callback: (error, message) => {
        const { data } = message;
        if (!error) received(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
      },
    });
    // A server that is away learns of it when it is back; until then nothing comes, and joining waits.
    if (this.isConnected) await this.#connection.flush().catch(() => {});
  }

  send(to: string, frame: Buffer): void {
    if (!this.isConnected) return;
    try {
      this.#connection.publish(this.#subject(to), frame);
    } catch {
      // Lost: the connection has just been closed.
    }
  }

  async close(): Promise<void> {
    this.isConnected = false;
    await this.#connection.close();
  }

  #subject(incarnation: string): string {
    return `${this.#options.prefix}.node.${incarnation}`;
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.isConnected = false;
      if (status.type === 'reconnect') this.isConnected = true;
      if (status.type !== 'ping') this.#options.changed(status.type, status);
    }
    this.isConnected = false;
  }
}
