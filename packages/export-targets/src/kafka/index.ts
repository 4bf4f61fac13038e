/**
 * A topic of Kafka, or of Yandex Data Streams, which speak its protocol. One send is under way at a time, acknowledged by all
 * replicas: then the order within a partition is ours. `idempotent` stays off: with it, sends that overlap were
 * acknowledged and dropped (https://github.com/platformatic/kafka/issues/326).
 */
import { ProduceAcks, Producer } from '@platformatic/kafka';
import { sendConnected } from '../connections.ts';
import { cloudEvent, cloudEventHeaders } from '../formats/cloud-events.ts';
import { streamRecord } from '../formats/yandex.ts';
import { type AddressPolicy, ForbiddenAddressError } from '../network/address-policy.ts';
import { failureOf } from '../network/failures.ts';
import { dialableServers, type Resolve } from '../network/guarded-lookup.ts';
import type { OpenedExport } from '../opened-export.ts';
import type { OutgoingMessage, SendOutcome, Target } from '../target.ts';
import { withoutSecrets } from '../without-secrets.ts';

/** In ms. */
const connectTimeoutMs = 10_000;
const requestTimeoutMs = 20_000;
/** Of what the brokers say. */
const keptAnswerCharacters = 300;

/** Answers of Kafka by which the messages are to blame, and those that somebody must set right. */
const aboutTheMessages = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
  'INVALID_TIMESTAMP',
]);
const aboutTheSetting = new Set([
  ...[
    'UNKNOWN_TOPIC_OR_PARTITION',
    'INVALID_TOPIC_EXCEPTION',
    'TOPIC_AUTHORIZATION_FAILED',
    'CLUSTER_AUTHORIZATION_FAILED',
  ],
  ...[
    'SASL_AUTHENTICATION_FAILED',
    'UNSUPPORTED_SASL_MECHANISM',
    'ILLEGAL_SASL_STATE',
    'UNSUPPORTED_COMPRESSION_TYPE',
  ],
  ...['INVALID_REQUIRED_ACKS', 'POLICY_VIOLATION', 'SECURITY_DISABLED'],
]);

export class KafkaTarget implements Target {
  readonly sends = 'one';
  readonly #export: OpenedExport;
  readonly #policy: AddressPolicy;
  readonly #resolve: Resolve;
  readonly #kafka: NonNullable<OpenedExport['target']['kafka']>;
  #producer: Producer<Buffer, Buffer, Buffer, Buffer> | undefined;

  constructor(opened: OpenedExport, policy: AddressPolicy, resolve: Resolve) {
    const { kafka } = opened.target;
    if (!kafka) throw new TypeError('not Kafka');
    this.#export = opened;
    this.#policy = policy;
    this.#resolve = resolve;
    this.#kafka = kafka;
  }

  send(batch: readonly OutgoingMessage[], signal: AbortSignal): Promise<SendOutcome> {
    return sendConnected({
      signal,
      connection: this.#producer,
      open: () => this.#open(),
      send: (producer) => producer.send({ messages: batch.map((message) => this.#record(message)) }),
      close: () => this.close(),
      meaningOf: (error) => this.#meaningOf(error),
    });
  }

  async close(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.close(true).catch(() => undefined);
  }

  get #isPlain(): boolean {
    return this.#kafka.tls === 'DISABLE';
  }

  /** Dials nobody before something is sent. What the servers that are named name in turn is dialled without being asked about here. */
  async #open(): Promise<Producer<Buffer, Buffer, Buffer, Buffer>> {
    const { bootstrapServers, mechanism, username = '', caCertificate, compression } = this.#kafka;
    const servers = await dialableServers(this.#policy, bootstrapServers, this.#isPlain, this.#resolve);
    const password = this.#export.secrets.target['kafka.password'] ?? '';
    this.#producer = new Producer<Buffer, Buffer, Buffer, Buffer>({
      clientId: 'iotcore-export',
      bootstrapBrokers: servers,
      connectTimeout: connectTimeoutMs,
      timeout: requestTimeoutMs,
      retries: false,
      acks: ProduceAcks.ALL,
      idempotent: false,
      autocreateTopics: false,
      compression: compression === 'GZIP' ? 'gzip' : 'none',
      ...(mechanism && { sasl: { mechanism, username, password } }),
      ...(!this.#isPlain && { tls: { ...(caCertificate && { ca: caCertificate }) }, tlsServerName: true }),
    });
    return this.#producer;
  }

  /** Messages of one device lie in one partition; those without a device go by their topic. */
  #record(message: OutgoingMessage) {
    const { deviceId, topic, receivedAtMs, payload } = message;
    const common = {
      topic: this.#kafka.topic,
      key: Buffer.from(deviceId || topic),
      timestamp: BigInt(receivedAtMs),
    };
    switch (this.#kafka.format ?? 'YDS_JSON') {
      case 'YDS_JSON':
        return { ...common, value: Buffer.from(streamRecord(message)) };
      case 'CLOUDEVENTS': {
        const headers = new Map([
          [Buffer.from('content-type'), Buffer.from('application/cloudevents+json; charset=utf-8')],
        ]);
        return { ...common, headers, value: Buffer.from(cloudEvent(this.#export, message)) };
      }
      case 'RAW': {
        const attributes = Object.entries(cloudEventHeaders(this.#export, message));
        const headers = new Map(
          attributes.map(([name, value]) => [Buffer.from(name.replace('ce-', 'ce_')), Buffer.from(value)]),
        );
        return { ...common, headers, value: payload };
      }
    }
  }

  #meaningOf(error: unknown): SendOutcome {
    if (error instanceof ForbiddenAddressError) return failureOf(error, this.#export.secrets);
    const all = [...causesOf(error)];
    const answers = all.flatMap(({ apiId }) => (typeof apiId === 'string' ? [apiId] : []));
    const message = all.map((one) => one.message).join(': ');
    const told = withoutSecrets(message, this.#export.secrets, keptAnswerCharacters);
    const blamed = answers.find((id) => aboutTheMessages.has(id));
    if (blamed) return { outcome: 'refused', error: `Kafka refused the messages (${blamed}).`, answer: told };
    const wrong = answers.find((id) => aboutTheSetting.has(id));
    if (wrong || all.some(({ code }) => code === 'PLT_KFK_AUTHENTICATION'))
      return {
        outcome: 'misconfigured',
        error: `Kafka will not take messages (${wrong ?? 'logging in failed'}): check the topic, the user and its rights.`,
        answer: told,
      };
    const socket = all.find(({ code }) => code !== undefined && !code.startsWith('PLT_'));
    if (socket && answers.length === 0) return failureOf(socket, this.#export.secrets);
    return {
      outcome: 'away',
      error: `Kafka cannot take messages now (${answers[0] ?? all[0]?.code ?? 'no answer'}).`,
      answer: told,
    };
  }
}

interface KafkaError extends Error {
  readonly code?: string;
  readonly apiId?: string;
}

/** An error, what it came from, and those that it is made of. */
function* causesOf(error: unknown, depth = 0): Generator<KafkaError> {
  if (!(error instanceof Error) || depth > 8) return;
  yield error;
  if (error instanceof AggregateError) for (const one of error.errors) yield* causesOf(one, depth + 1);
  yield* causesOf(error.cause, depth + 1);
}
