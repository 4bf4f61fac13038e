/** A stream of NATS JetStream. It recognises a repeated message by `Nats-Msg-Id`, within its own time for that. */
import { natsServerIdentity } from '@iotcore/process/nats-server-identity';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { sendConnected } from '../connections.ts';
import { type AddressPolicy, ForbiddenAddressError } from '../network/address-policy.ts';
import { failureOf } from '../network/failures.ts';
import { dialableServers, type Resolve } from '../network/guarded-lookup.ts';
import type { OpenedExport } from '../opened-export.ts';
import type { OutgoingMessage, SendOutcome, Target } from '../target.ts';
import { withoutSecrets } from '../without-secrets.ts';
import { subjectOf } from './subject.ts';

/** In ms. */
const connectTimeoutMs = 10_000;
const publishTimeoutMs = 20_000;
/** Of what the server says. */
const keptAnswerCharacters = 300;

export class NatsTarget implements Target {
  readonly sends = 'one';
  readonly #export: OpenedExport;
  readonly #policy: AddressPolicy;
  readonly #resolve: Resolve;
  readonly #nats: NonNullable<OpenedExport['target']['nats']>;
  #connection: NatsConnection | undefined;
  #stream: JetStreamClient | undefined;

  constructor(opened: OpenedExport, policy: AddressPolicy, resolve: Resolve) {
    const { nats } = opened.target;
    if (!nats) throw new TypeError('not NATS');
    this.#export = opened;
    this.#policy = policy;
    this.#resolve = resolve;
    this.#nats = nats;
  }

  send(batch: readonly OutgoingMessage[], signal: AbortSignal): Promise<SendOutcome> {
    return sendConnected({
      signal,
      connection: this.#stream,
      open: () => this.#open(),
      send: (stream) => this.#publish(stream, batch),
      close: () => this.close(),
      meaningOf: (error) => this.#meaningOf(error),
    });
  }

  /**
   * Those of one device one after the other, since a server that takes one may have refused the one before it; those of different devices
   * at once. A batch that came in part comes again, and what was there is recognised.
   */
  async #publish(stream: JetStreamClient, batch: readonly OutgoingMessage[]): Promise<void> {
    const lastOf = new Map<string, Promise<unknown>>();
    const publications = batch.map((message) => {
      const key = message.deviceId || message.topic;
      const before = lastOf.get(key) ?? Promise.resolve();
      const publication = before.then(() => this.#publishOne(stream, message));
      lastOf.set(key, publication);
      return publication;
    });
    const outcomes = await Promise.allSettled(publications);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  #publishOne(stream: JetStreamClient, message: OutgoingMessage): Promise<unknown> {
    const subject = subjectOf(this.#nats.subjectPrefix, this.#export, message);
    const options = { msgID: message.eventId, timeout: publishTimeoutMs, retries: 1 };
    return stream.publish(subject, message.payload, options);
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#stream = undefined;
    await connection?.close().catch(() => undefined);
  }

  get #isPlain(): boolean {
    return this.#nats.tls === 'DISABLE';
  }

  /** Only the servers that are named are dialled. */
  async #open(): Promise<JetStreamClient> {
    const { servers: named, username, caCertificate } = this.#nats;
    const servers = await dialableServers(this.#policy, named, this.#isPlain, this.#resolve);
    const { 'nats.password': password, 'nats.token': token } = this.#export.secrets.target;
    const options: NodeConnectionOptions = {
      name: 'iotcore-export',
      servers,
      ignoreClusterUpdates: true,
      reconnect: false,
      timeout: connectTimeoutMs,
      ...(username !== undefined && { user: username, pass: password ?? '' }),
      ...(token !== undefined && { token }),
      tls: this.#isPlain
        ? null
        : {
            ...(caCertificate && { ca: caCertificate }),
            ...{ checkServerIdentity: natsServerIdentity(servers) },
          },
    };
    this.#connection = await connect(options);
    this.#stream = jetstream(this.#connection);
    return this.#stream;
  }

  #meaningOf(error: unknown): SendOutcome {
    if (error instanceof ForbiddenAddressError) return failureOf(error, this.#export.secrets);
    const { name = '', message = '' } = error instanceof Error ? error : {};
    const told = withoutSecrets(message, this.#export.secrets, keptAnswerCharacters);
    if (/no stream|StreamNotFound|no ?responders|not enabled/i.test(`${name} ${message}`))
      return {
        outcome: 'misconfigured',
        error: `No stream takes these subjects: make one of ${this.#nats.subjectPrefix}.> in JetStream.`,
        answer: told,
      };
    if (/authorization|permission|authentication/i.test(`${name} ${message}`))
      return {
        outcome: 'misconfigured',
        error: 'NATS refuses the user: check its name, password and rights.',
        answer: told,
      };
    if (/maximum (message|payload|bytes|messages)|payload/i.test(message))
      return { outcome: 'refused', error: 'NATS refused the messages.', answer: told };
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ...failureOf(cause, this.#export.secrets), answer: told };
  }
}
