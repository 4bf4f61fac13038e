/** Called over HTTPS with each batch: what replaces triggers, and what everybody can receive. */
import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { secondsOf } from '@iotcore/contract';
import type { Clock } from '@iotcore/process/clock';
import { cloudEvent, cloudEventHeaders, cloudEvents } from '../formats/cloud-events.ts';
import { triggerBody } from '../formats/yandex.ts';
import type { AddressPolicy } from '../network/address-policy.ts';
import { failureOf } from '../network/failures.ts';
import { checkLiteral, guardedLookup, type Resolve } from '../network/guarded-lookup.ts';
import type { OpenedExport } from '../opened-export.ts';
import type { OutgoingMessage, SendOutcome, Target } from '../target.ts';
import { withoutSecrets } from '../without-secrets.ts';
import { outcomeOf } from './answers.ts';
import { PostTimeoutError, post } from './post.ts';
import { signatures } from './signature.ts';

const defaultTimeout = '20s';
/** Of an answer, what is kept. */
const keptAnswerCharacters = 1024;
const userAgent = 'iotcore-export/1';
/** Longer than receivers keep idle connections costs a failed request now and then; shorter a handshake. In ms. */
const idleConnectionMs = 4000;

export class WebhookTarget implements Target {
  readonly sends = 'many';
  readonly #export: OpenedExport;
  readonly #policy: AddressPolicy;
  readonly #clock: Pick<Clock, 'date'>;
  readonly #webhook: NonNullable<OpenedExport['target']['webhook']>;
  readonly #url: URL;
  readonly #agent: PlainAgent;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(opened: OpenedExport, policy: AddressPolicy, clock: Pick<Clock, 'date'>, resolve: Resolve) {
    const { webhook } = opened.target;
    if (!webhook) throw new TypeError('not a webhook');
    this.#export = opened;
    this.#policy = policy;
    this.#clock = clock;
    this.#webhook = webhook;
    this.#url = new URL(webhook.url);
    const options = {
      keepAlive: true,
      timeout: idleConnectionMs,
      lookup: guardedLookup(policy, this.#place, resolve),
    };
    this.#agent = this.#isPlain ? new PlainAgent(options) : new Agent({ ...options, ...this.#tls() });
    this.#headers = this.#ownHeaders();
  }

  async send(batch: readonly OutgoingMessage[], signal: AbortSignal): Promise<SendOutcome> {
    const { body, headers } = this.#format(batch);
    const { exportId, secrets } = this.#export;
    const id = `${exportId}_${batch[0]?.position}-${batch.at(-1)?.position}`;
    const timestamp = String(Math.floor(this.#nowMs / 1000));
    const timeoutMs = secondsOf(this.#webhook.timeout ?? defaultTimeout) * 1000;
    try {
      checkLiteral(this.#policy, this.#place);
      const answer = await post({
        url: this.#url,
        request: this.#isPlain ? (plainRequest as typeof request) : request,
        agent: this.#agent,
        headers: {
          ...this.#headers,
          ...headers,
          'user-agent': userAgent,
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signatures(this.#signingSecrets(), id, timestamp, body),
        },
        ...{ body, timeoutMs, signal },
      });
      const shown = withoutSecrets(answer.answer, secrets, keptAnswerCharacters);
      return outcomeOf({ ...answer, answer: shown }, this.#nowMs);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PostTimeoutError)
        return { outcome: 'away', error: `The receiver gave ${error.message}.` };
      return failureOf(error, this.#export.secrets);
    }
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  get #nowMs(): number {
    return this.#clock.date().getTime();
  }

  get #isPlain(): boolean {
    return this.#url.protocol === 'http:';
  }

  get #place() {
    const { hostname: host, port } = this.#url;
    return { host, port: Number(port || (this.#isPlain ? 80 : 443)), isPlain: this.#isPlain };
  }

  #tls() {
    const { caCertificate, clientCertificate } = this.#webhook;
    return {
      ...(caCertificate && { ca: caCertificate }),
      ...(clientCertificate && {
        cert: clientCertificate.certificateData,
        key: this.#export.secrets.target['webhook.clientCertificate.privateKey'],
      }),
    };
  }

  /** A name may be that of something every object has. */
  #ownHeaders(): Record<string, string> {
    const { auth } = this.#webhook;
    const secrets = this.#export.secrets.target;
    const headers = Object.entries(JSON.parse(secrets['webhook.headers'] ?? '{}') as Record<string, string>);
    if (auth?.bearer) headers.push(['authorization', `Bearer ${secrets['webhook.auth.bearer.token']}`]);
    if (auth?.basic) {
      const pair = `${auth.basic.username}:${secrets['webhook.auth.basic.password']}`;
      headers.push(['authorization', `Basic ${Buffer.from(pair).toString('base64')}`]);
    }
    if (auth?.header) headers.push([auth.header.name, secrets['webhook.auth.header.value'] ?? '']);
    return Object.fromEntries(headers);
  }

  /** The one before signs along until its end. */
  #signingSecrets(): string[] {
    const { signingSecret, previous } = this.#export.secrets;
    const isCurrent = previous !== undefined && Date.parse(previous.endsAt) > this.#nowMs;
    return [signingSecret, ...(isCurrent ? [previous.signingSecret] : [])];
  }

  #format(batch: readonly OutgoingMessage[]): { body: Buffer; headers: Record<string, string> } {
    const [first] = batch;
    if (!first) throw new TypeError('an empty batch');
    const typed = (type: string, text: string) => ({
      body: Buffer.from(text),
      headers: { 'content-type': type },
    });
    switch (this.#webhook.format ?? 'YANDEX_TRIGGER') {
      case 'YANDEX_TRIGGER':
        return typed('application/json', triggerBody(this.#export, batch));
      case 'CLOUDEVENTS':
        return batch.length === 1
          ? typed('application/cloudevents+json; charset=utf-8', cloudEvent(this.#export, first))
          : typed('application/cloudevents-batch+json; charset=utf-8', cloudEvents(this.#export, batch));
      case 'RAW':
        return {
          body: first.payload,
          headers: { 'content-type': 'application/octet-stream', ...cloudEventHeaders(this.#export, first) },
        };
    }
  }
}
