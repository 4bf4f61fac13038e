/** A stream of NATS JetStream. It recognises a repeated message by `Nats-Msg-Id`, within its own time for that. */
import { natsServerIdentity } from '@iotcore/process/nats-server-identity';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { sendConnected } from '../connections.ts';
import type { AddressPolicy } from '../network/address-policy.ts';
import { failureOf } from '../network/failures.ts';
import { objectionToServers, type Resolve } from '../network/guarded-lookup.ts';
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
      objection: () => this.#objection(),
      open: () => this.#open(),
      send: (stream) => this.#publish(stream, batch),
      close: () => this.close(),
      meaningOf: (error) => this.#meaningOf(error),
    });
  }

  /** All at once, in their order; a batch that came in part comes again, and what was there is recognised. */
  async #publish(stream: JetStreamClient, batch: readonly OutgoingMessage[]): Promise<void> {
    const publications = batch.map((message) =>
      stream.publish(subjectOf(this.#nats.subjectPrefix, this.#export, message), message.payload, {
        msgID: message.eventId,
        timeout: publishTimeoutMs,
        retries: 1,
      }),
    );
    const outcomes = await Promise.allSettled(publications);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
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

  /** The servers that are named; only these are dialled. */
  #objection(): Promise<string | undefined> {
    return objectionToServers(this.#policy, this.#nats.servers, this.#isPlain, this.#resolve);
  }

  async #open(): Promise<JetStreamClient> {
    const { servers, username, caCertificate } = this.#nats;
    const { 'nats.password': password, 'nats.token': token } = this.#export.secrets.target;
    const options: NodeConnectionOptions = {
      name: 'iotcore-export',
      servers: [...servers],
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
