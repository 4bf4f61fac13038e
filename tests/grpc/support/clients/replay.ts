/** Does what a script says, over a real connection, and checks what it expects; then what the server noted of it. */
import { randomUUID } from 'node:crypto';
import type { Message } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Metadata, ServiceError } from '@grpc/grpc-js';
import { messages, operations } from '@iotcore/proto';
import { eventually, type Installation } from '@iotcore/testkit';
import { expect } from 'vitest';
import { GrpcClient } from '../client.ts';
import type { ClientScript, Command, Step } from './script.ts';

type Fields = Readonly<Record<string, unknown>>;
type Operation = Message &
  Fields & { readonly metadata?: Any; readonly result: { case?: string; value?: Any } };
type Known = Readonly<Record<string, () => string>>;

/** Services that need no token. */
const publicServices = ['yandex.cloud.endpoint.ApiEndpointService', 'yandex.cloud.iam.v1.IamTokenService'];

export class Replay {
  readonly #script: ClientScript;
  readonly #installation: Installation;
  readonly #client: GrpcClient;
  readonly #known: Map<string, () => string>;
  readonly #session = randomUUID();
  readonly #since;
  /** In the order in which they were made: with the name that the client gave them, and what was answered. */
  readonly #calls: { readonly clientRequestId: string | undefined; method: string; code: number }[] = [];
  readonly #changes: { readonly eventType: string; readonly requestId: string }[] = [];
  #command = randomUUID();

  constructor(script: ClientScript, installation: Installation, known: Known) {
    this.#script = script;
    this.#installation = installation;
    this.#client = GrpcClient.connect(installation, { userAgent: script.userAgent });
    this.#known = new Map(Object.entries(known));
    this.#since = installation.logPosition();
  }

  async run(): Promise<void> {
    for (const command of this.#script.commands) await this.#runCommand(command);
    await this.#isLogged();
    await this.#isAudited();
  }

  async #runCommand({ title, steps }: Command): Promise<void> {
    this.#command = randomUUID();
    for (const [index, step] of steps.entries()) {
      const place = `${this.#script.name}: ${title}, step ${index + 1} (${step.method.name})`;
      try {
        await this.#runStep(step);
      } catch (error) {
        throw Object.assign(error as Error, { message: `${place}: ${(error as Error).message}` });
      }
    }
  }

  async #runStep(step: Step): Promise<void> {
    const request = this.#filled(step.request ?? {}) as object;
    if (step.finds) return this.#find(step, request);
    if (step.refused !== undefined) return this.#isRefused(step, request);
    const metadata = this.#metadata();
    const answer = await this.#call(step, request, metadata);
    if (step.repeated) expect(await this.#call({ method: step.method }, request, metadata)).toEqual(answer);
    const noted = step.operation ? await this.#checkOperation(step, answer as Operation) : answer;
    if (!step.operation && step.answer) expect(answer).toMatchObject(this.#filled(step.answer) as object);
    for (const [name, field] of Object.entries(step.notes ?? {})) {
      const value = (noted as Fields)[field];
      expect(value, field).toEqual(expect.stringMatching(/./));
      this.#known.set(name, () => String(value));
    }
  }

  async #isRefused(step: Step, request: object): Promise<void> {
    const refusal = await this.#call(step, request, this.#metadata()).then(
      () => undefined,
      (error: ServiceError) => error,
    );
    expect(refusal?.code, refusal?.details).toBe(step.refused);
  }

  /** The types first: generated code fails where they are not those that it was made for. */
  async #checkOperation(step: Step, operation: Operation): Promise<Fields> {
    const [metadataType = '', responseType = ''] = step.operation ?? [];
    const { file } = step.method.parent;
    const urlOf = (type: string) =>
      `type.googleapis.com/${type.includes('.') ? type : `${file.proto.package}.${type}`}`;
    expect(operation).toMatchObject({ done: true, result: { case: 'response' } });
    expect(operation.metadata?.typeUrl).toBe(urlOf(metadataType));
    expect(operation.result.value?.typeUrl).toBe(urlOf(responseType));
    if (this.#script.alwaysPolls) {
      const get = { method: operations.OperationService.method.get };
      const again = await this.#call(get, { operationId: operation['id'] }, this.#metadata());
      expect(again).toEqual(operation);
    }
    const response = operation.result.value && anyUnpack(operation.result.value, messages);
    if (step.answer) expect(response).toMatchObject(this.#filled(step.answer) as object);
    const metadata = operation.metadata && anyUnpack(operation.metadata, messages);
    return { operationId: operation['id'], ...metadata };
  }

  async #find(step: Step, request: object): Promise<void> {
    const { list, name, as, pages: least } = step.finds ?? { list: '', name: '', as: '', pages: 0 };
    const found: { readonly id: string; readonly name: string }[] = [];
    let pages = 0;
    for (let pageToken = '', isMore = true; isMore; isMore = pageToken !== '') {
      const page = (await this.#call(step, { ...request, pageToken }, this.#metadata())) as unknown as Fields;
      found.push(...(page[list] as typeof found));
      pageToken = String(page['nextPageToken']);
      pages += 1;
    }
    expect(pages).toBeGreaterThanOrEqual(least);
    expect(new Set(found.map(({ id }) => id)).size, 'each is there once').toBe(found.length);
    const ofName = found.filter((one) => one.name === this.#filled(name));
    expect(ofName).toHaveLength(1);
    this.#known.set(as, () => ofName[0]?.id ?? '');
  }

  async #call(step: Step, request: object, metadata: Readonly<Record<string, string>>): Promise<Message> {
    const { method } = step;
    const note = (code: number, headers: Metadata) => {
      const clientRequestId = metadata['x-client-request-id'];
      this.#calls.push({ clientRequestId, method: `${method.parent.typeName}/${method.name}`, code });
      return String(headers.get('x-request-id')[0]);
    };
    const authorization = this.#authorization(method.parent.typeName);
    try {
      const answer = await this.#client.callWithHeaders(method, request as Record<string, unknown>, {
        authorization,
        metadata,
      });
      const requestId = note(0, answer.headers);
      const [metadataType] = step.operation ?? [];
      if (metadataType !== undefined)
        this.#changes.push({ eventType: metadataType.replace(/Metadata$/, ''), requestId });
      return answer.message as Message;
    } catch (error) {
      const { code, headers } = error as ServiceError & { readonly headers: Metadata };
      note(code, headers);
      throw error;
    }
  }

  #authorization(service: string): string {
    if (publicServices.includes(service) && !this.#script.attachesToken) return '';
    return `Bearer ${this.#known.get('token')?.() ?? 'nothing yet'}`;
  }

  #metadata(): Record<string, string> {
    const { isTraced, keyOf } = this.#script;
    const key = { 'a call': randomUUID(), 'a command': this.#command, 'the session': this.#session };
    return {
      ...(isTraced && { 'x-client-request-id': randomUUID(), 'x-client-trace-id': randomUUID() }),
      ...(keyOf && { 'idempotency-key': key[keyOf] }),
    };
  }

  /** With what is known instead of its name, within keys, too. */
  #filled(value: unknown): unknown {
    if (typeof value === 'string')
      return value.replaceAll(/<(\w+)>/g, (_, name: string) => {
        const known = this.#known.get(name);
        if (!known) throw new Error(`nothing is known by the name "${name}"`);
        return known();
      });
    if (Array.isArray(value)) return value.map((one) => this.#filled(one));
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    if ('asymmetricMatch' in value) return this.#filledMatcher(value as { sample?: unknown });
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.#filled(key), this.#filled(inner)]),
    );
  }

  #filledMatcher(matcher: { sample?: unknown }): unknown {
    const isDeep = typeof matcher.sample === 'object' && !(matcher.sample instanceof RegExp);
    if (!isDeep) return matcher;
    const copy = Object.create(Object.getPrototypeOf(matcher));
    return Object.assign(copy, matcher, { sample: this.#filled(matcher.sample) });
  }

  /** Each call is in the log, in its order, by the name that the client gave it. */
  async #isLogged(): Promise<void> {
    if (!this.#script.isTraced) return;
    const own = new Set(this.#calls.map(({ clientRequestId }) => clientRequestId));
    const logged = () =>
      this.#installation
        .logs(this.#since)
        .split('\n')
        .filter((line) => line.includes('"answered"') && line.includes('clientRequestId'))
        .map((line) => JSON.parse(line))
        .filter(({ clientRequestId }) => own.has(clientRequestId));
    await eventually('all calls in the log', () => logged().length >= this.#calls.length);
    expect(logged().map(({ clientRequestId, method, code }) => ({ clientRequestId, method, code }))).toEqual(
      this.#calls,
    );
  }

  /** Each change is in the audit, in its order, with who made it by which program. */
  async #isAudited(): Promise<void> {
    const folderId = this.#filled('<folder>');
    const { auditEvents } = await this.#installation.api.must(
      'GET',
      `/ext/v1/auditEvents?folderId=${folderId}&pageSize=1000`,
    );
    const own = new Set(this.#changes.map(({ requestId }) => requestId));
    type Event = { requestId: string; eventType: string; userAgent: string; callerId: string; code: number };
    const events = (auditEvents as Event[]).filter(({ requestId }) => own.has(requestId)).reverse();
    expect(
      events.map(({ requestId, eventType }) => ({ requestId, eventType: eventType.replace(/^.*\./, '') })),
    ).toEqual(this.#changes);
    const callerId = this.#filled('<caller>');
    for (const event of events) {
      expect(event).toMatchObject({ callerId, code: 0 });
      expect(event.userAgent.startsWith(this.#script.userAgent)).toBe(true);
    }
  }
}
