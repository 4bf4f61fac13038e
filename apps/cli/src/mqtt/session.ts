/** One MQTT connection of the command line: open, publish or listen, end. It is never opened again by itself. */
import type { IClientOptions, IPublishPacket, MqttClient, Packet } from 'mqtt';
import { CliError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { closed, connectError } from './refusals.ts';

export type Qos = 0 | 1;

export interface SessionOptions {
  readonly server: URL;
  /** PEM of the authorities that may have signed the server's certificate; absent: those that Node trusts. */
  readonly authorities?: readonly string[];
  readonly username?: string;
  readonly password?: string;
  readonly certificate?: { readonly cert: Buffer; readonly key: Buffer };
  /** Default: one that nobody else has. */
  readonly clientId?: string;
  /** Told each packet, when it goes (`>`) and comes (`<`). */
  readonly trace?: (direction: '>' | '<', packet: Packet) => void;
}

export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

const connectTimeoutMs = 15_000;
const keepAliveSeconds = 60;
const refusedByServer = 0x80;

export class Session {
  readonly #client: MqttClient;
  readonly #lost: Promise<never>;
  readonly #received: { packet: IPublishPacket; done: () => void }[] = [];
  #wake = () => {};
  #taken = 0;

  constructor(client: MqttClient) {
    this.#client = client;
    this.#lost = new Promise((_resolve, reject) => client.once('close', () => reject(closed())));
    this.#lost.catch(() => {});
    // PUBACK goes out when the message has been taken, not when it came: a slow reader slows the server down.
    client.handleMessage = (packet, done) => {
      this.#received.push({ packet, done });
      this.#wake();
    };
  }

  /** With QoS 1 resolves once the server has taken the message. */
  async publish(topic: string, payload: Buffer, qos: Qos): Promise<void> {
    await this.#unlessLost(this.#client.publishAsync(topic, payload, { qos }));
  }

  /** @throws CliError if the server refuses one of the filters */
  async subscribe(filters: readonly string[], qos: Qos): Promise<void> {
    const asked = this.#client.subscribeAsync([...filters], { qos }).then(
      (granted) => granted.map((grant) => grant.qos as number),
      (error: Error & { packet?: { granted?: number[] } }) => {
        if (error.packet?.granted) return error.packet.granted;
        throw error;
      },
    );
    const codes = await this.#unlessLost(asked);
    const refused = filters.filter((_filter, at) => codes[at] === refusedByServer);
    if (refused.length > 0)
      throw new CliError(`the server does not let it subscribe to ${refused.join(', ')}`, exitCodes.denied);
  }

  /** What comes, until the signal aborts. @throws CliError if the connection is lost */
  async *messages(signal: AbortSignal): AsyncGenerator<Message> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    while (!signal.aborted) {
      const next = this.#received.shift();
      if (!next) {
        const arrival = new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        await Promise.race([arrival, aborted, this.#lost]);
        continue;
      }
      const { topic, payload, qos, retain } = next.packet;
      this.#taken += 1;
      try {
        yield { topic, payload: Buffer.from(payload), qos, retain };
      } finally {
        next.done();
      }
    }
  }

  /** How many messages `messages` has given. */
  get taken(): number {
    return this.#taken;
  }

  /** DISCONNECT, then close. */
  async end(): Promise<void> {
    if (this.#client.connected) await this.#client.endAsync();
    else this.#client.end(true);
  }

  /** MQTT.js never answers what was under way when the connection went. */
  #unlessLost<T>(answer: Promise<T>): Promise<T> {
    answer.catch(() => {});
    return Promise.race([answer, this.#lost]);
  }
}

/** CONNECT, and wait for CONNACK. @throws CliError that says why it was refused */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { connect } = await import('mqtt');
  const client = connect(clientOptions(options));
  const { trace } = options;
  if (trace) {
    client.on('packetsend', (packet) => trace('>', packet));
    client.on('packetreceive', (packet) => trace('<', packet));
  }
  return new Promise((resolve, reject) => {
    client.once('connect', () => resolve(new Session(client)));
    client.on('error', (error) => {
      reject(connectError(error, options.server));
      client.end(true);
    });
    client.once('close', () => reject(connectError(new Error('closed before CONNACK'), options.server)));
    client.connect();
  });
}

function clientOptions({ server, authorities, certificate, ...options }: SessionOptions): IClientOptions {
  return {
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: Number(server.port),
    protocol: server.protocol === 'mqtt:' ? 'mqtt' : 'mqtts',
    ...(authorities ? { ca: [...authorities] } : {}),
    ...certificate,
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    clientId: options.clientId ?? `iotcore-${crypto.randomUUID()}`,
    clean: true,
    keepalive: keepAliveSeconds,
    protocolVersion: 4,
    reconnectPeriod: 0,
    // Once there is a listener.
    manualConnect: true,
    connectTimeout: connectTimeoutMs,
    rejectUnauthorized: true,
  };
}
