import { randomBytes } from 'node:crypto';
import { noteSecret, noteSecretsIn } from '../secrets/known-secrets.ts';
import { EventStream } from './event-stream.ts';
import { callHttp } from './http-call.ts';

// biome-ignore lint/suspicious/noExplicitAny: what the API answers is what the tests are there to find out
export type Json = any;

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text itself when it is none. */
  readonly body: Json;
}

export interface CallOptions {
  /** Default: the admin's; `null` sends none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The resource that a credential belongs to. */
export type Owner =
  | { readonly registryId: string }
  | { readonly deviceId: string }
  | { readonly brokerId: string };

export interface Resource {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** The management API over HTTP, as the admin unless said otherwise. */
export class ApiClient {
  /** What was answered to calls that failed. */
  readonly errorBodies: string[] = [];
  readonly #baseUrl: () => string;
  readonly #token: () => string;

  constructor(baseUrl: () => string, token: () => string) {
    this.#baseUrl = baseUrl;
    this.#token = token;
  }

  /** Any call, whatever its answer. `body` is sent as JSON; a string or bytes as they are. */
  async call(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<ApiAnswer> {
    const token = options.token === undefined ? this.#token() : options.token;
    noteSecret(token);
    noteSecretsIn(body);
    const answered = await callHttp(new URL(path, this.#baseUrl()), {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
    });
    const { status, text } = answered;
    if (status < 200 || status > 299) this.errorBodies.push(text);
    const answer = {
      status,
      get headers() {
        return answered.headers;
      },
      body: parse(text),
    };
    noteSecretsIn(answer.body);
    return answer;
  }

  /** A stream of events, open; throws what is answered instead. */
  watch(path: string, authorization = `Bearer ${this.#token()}`): Promise<EventStream> {
    return EventStream.open(new URL(path, this.#baseUrl()), { authorization });
  }

  /** A call that must succeed: its body. */
  async must(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.call(method, path, body);
    if (answer.status === 200) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  /** A registry of its own folder unless `fields` names one. */
  createRegistry(fields: Record<string, unknown> = {}): Promise<Resource> {
    const folderId = `folder-${randomBytes(6).toString('hex')}`;
    return this.#create('/iot-devices/v1/registries', { folderId, ...fields });
  }

  createDevice(registryId: string, fields: Record<string, unknown> = {}): Promise<Resource> {
    return this.#create('/iot-devices/v1/devices', { registryId, ...fields });
  }

  async addPassword(owner: Owner, password: string): Promise<Resource> {
    return (await this.must('POST', `${pathOf(owner)}/passwords`, { password })).response;
  }

  async addCertificate(owner: Owner, certificateData: string): Promise<{ readonly fingerprint: string }> {
    return (await this.must('POST', `${pathOf(owner)}/certificates`, { certificateData })).response;
  }

  async #create(path: string, fields: Record<string, unknown>): Promise<Resource> {
    return (await this.must('POST', path, fields)).response;
  }
}

/** The path of a resource in the API. */
export function pathOf(owner: Owner): string {
  if ('registryId' in owner) return `/iot-devices/v1/registries/${owner.registryId}`;
  if ('deviceId' in owner) return `/iot-devices/v1/devices/${owner.deviceId}`;
  return `/iot-broker/v1/brokers/${owner.brokerId}`;
}

/** A new password that satisfies the policy. */
export function makePassword(): string {
  const password = `Aa1-${randomBytes(12).toString('base64url')}`;
  noteSecret(password);
  return password;
}

const isRaw = (body: unknown): body is string | Uint8Array =>
  typeof body === 'string' || body instanceof Uint8Array;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
