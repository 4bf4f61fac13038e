import { randomUUID } from 'node:crypto';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import {
  connect,
  type ErrorWithReasonCode,
  type ErrorWithSubackPacket,
  type IClientOptions,
  type MqttClient,
} from 'mqtt';
import { onTestFinished } from 'vitest';
import { within } from '../deadline.ts';
import { noteSecret } from '../secrets/known-secrets.ts';
import { MessageQueue } from './message-queue.ts';
import { trusting } from './trust.ts';

export interface MqttOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** TLS, trusting this authority; absent: plain TCP. */
  readonly caPem?: string;
  /** The client's certificate and its key. */
  readonly certificate?: { readonly certPem: string; readonly keyPem: string };
  readonly username?: string;
  readonly password?: string | Buffer;
  /** Default: a random one. */
  readonly clientId?: string;
  /** Default true. */
  readonly clean?: boolean;
  readonly keepAliveSeconds?: number;
  readonly will?: { readonly topic: string; readonly payload: string | Buffer; readonly qos?: 0 | 1 };
  /** Anything else that MQTT.js or its TLS socket takes. */
  readonly more?: IClientOptions & ConnectionOptions;
}

/** The server answered CONNECT with a code other than 0. */
export class ConnectRefused extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`CONNACK ${code}`);
    this.code = code;
  }
}

/** A live MQTT session; ends with the test that opened it. */
export class MqttSession {
  readonly messages = new MessageQueue();
  /** Resolves once the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  readonly sessionPresent: boolean;
  readonly #client: MqttClient;

  constructor(client: MqttClient, sessionPresent: boolean) {
    this.#client = client;
    this.sessionPresent = sessionPresent;
    this.closed = new Promise((resolve) => client.once('close', () => resolve()));
    client.once('close', () => this.messages.end(new Error('closed before a message came')));
    client.on('message', (topic, payload, { qos, retain }) => {
      this.messages.push({ topic, payload, qos, retain });
    });
  }

  get clientId(): string {
    return this.#client.options.clientId ?? '';
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  /** Asks for filters in one packet; resolves to the codes of SUBACK, 0x80 for a refused one. */
  async subscribe(filters: string | string[], qos: 0 | 1 | 2 = 1): Promise<number[]> {
    const asked = this.#client.subscribeAsync(filters, { qos }).then(
      (granted) => granted.map((grant) => grant.qos),
      (error: ErrorWithSubackPacket) => {
        const granted = error.packet?.granted;
        if (!granted) throw error;
        return granted as number[];
      },
    );
    return within(this.#orClosed(asked, 'SUBSCRIBE'), 'SUBACK');
  }

  async unsubscribe(filters: string | string[]): Promise<void> {
    await within(this.#orClosed(this.#client.unsubscribeAsync(filters), 'UNSUBSCRIBE'), 'UNSUBACK');
  }

  /** QoS 1 (default) resolves on PUBACK, and fails when the connection closes instead. */
  async publish(topic: string, payload: string | Buffer, options: { qos?: 0 | 1; retain?: boolean } = {}) {
    const sent = this.#client.publishAsync(topic, payload, { qos: 1, ...options });
    await within(this.#orClosed(sent, 'PUBLISH'), 'PUBACK');
  }

  /** Resolves once the server has closed the connection; fails when it does not. */
  async expectClosed(): Promise<void> {
    await within(this.closed, 'the server to close the connection');
  }

  /** DISCONNECT, then close. */
  async end(): Promise<void> {
    if (this.#client.connected) await this.#client.endAsync();
  }

  /** Cuts the connection without a DISCONNECT, as a lost network does. */
  drop(): void {
    this.#client.stream.destroy();
  }

  #orClosed<T>(answer: Promise<T>, packet: string): Promise<T> {
    // What MQTT.js itself would say about the unanswered packet comes late or never; it is not the answer waited for.
    answer.catch(() => {});
    const gone = this.closed.then(() => Promise.reject(new Error(`closed before ${packet} was answered`)));
    return Promise.race([answer, gone]);
  }
}

/** CONNECT, and wait for CONNACK. Throws `ConnectRefused`, or the socket's own error. */
export async function connectMqtt(options: MqttOptions): Promise<MqttSession> {
  const client = connect(clientOptions(options));
  onTestFinished(() => {
    client.end(true);
  });
  const opened = new Promise<MqttSession>((resolve, reject) => {
    client.once('connect', ({ sessionPresent }) => resolve(new MqttSession(client, sessionPresent)));
    client.on('error', (error: Error | ErrorWithReasonCode) => {
      const code = 'code' in error ? error.code : undefined;
      reject(typeof code === 'number' ? new ConnectRefused(code) : error);
    });
    client.once('close', () => reject(new Error('closed before CONNACK')));
  });
  return within(opened, 'CONNACK');
}

/** The CONNACK code with which a CONNECT is refused; fails when it is accepted. */
export async function refusalOf(options: MqttOptions): Promise<number> {
  const outcome = await connectMqtt(options).catch((error: unknown) => error);
  if (outcome instanceof ConnectRefused) return outcome.code;
  if (outcome instanceof Error) throw outcome;
  throw new Error('CONNECT was accepted');
}

/** What a client has or wants of its own goes into a context of its own. */
function trustOf(
  caPem: string,
  { certificate, more }: MqttOptions,
): { ca: string } | { secureContext: SecureContext } {
  return certificate || more ? { ca: caPem } : { secureContext: trusting(caPem) };
}

function clientOptions(options: MqttOptions): IClientOptions {
  noteSecret(options.password);
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port,
    protocol: options.caPem ? 'mqtts' : 'mqtt',
    ...(options.caPem ? { ...trustOf(options.caPem, options), rejectUnauthorized: true } : {}),
    ...(options.certificate ? { cert: options.certificate.certPem, key: options.certificate.keyPem } : {}),
    ...(options.username === undefined ? {} : { username: options.username }),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.will
      ? { will: { qos: 0, retain: false, ...options.will, payload: Buffer.from(options.will.payload) } }
      : {}),
    clientId: options.clientId ?? `test-${randomUUID()}`,
    clean: options.clean ?? true,
    keepalive: options.keepAliveSeconds ?? 60,
    protocolVersion: 4,
    // A test that lost its connection wants to know, not to be connected again.
    reconnectPeriod: 0,
    // Whoever calls says for how long it waits; a second time-out would only hide what for.
    connectTimeout: 2 ** 31 - 1,
    ...options.more,
  };
}
