import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer, ApiClient, SeededRandom, WriteLedger } from '@iotcore/testkit/faults';

export interface ApiLoadOptions {
  readonly api: ApiClient;
  readonly registryId: string;
  readonly ledger: WriteLedger;
  readonly random: SeededRandom;
  /** Callers at the same time. */
  readonly callers: number;
}

/** Between two calls of a caller, ms. */
const pauseMs = 50;
/** A caller that gets no answer gives up after this long and tries again, ms. */
const answerDeadlineMs = 10_000;

/**
 * Callers that create and delete devices, and repeat each call with its key until it is answered 2xx. Each device has
 * an alias, so that a create which was done in part can be told.
 */
export class ApiLoad {
  readonly #options: ApiLoadOptions;
  #running = true;
  /** No new work; what has begun is still repeated until it is done. */
  #finishing = false;
  #calls: Promise<unknown> = Promise.resolve();
  #made = 0;

  constructor(options: ApiLoadOptions) {
    this.#options = options;
  }

  start(): void {
    const { callers, random } = this.#options;
    const all = Array.from({ length: callers }, (_, i) => this.#call(random.fork(`caller ${i}`)));
    this.#calls = Promise.all(all);
  }

  /** Resolves when each call that was begun has been answered 2xx; false if some were not within `ms`. */
  async finish(ms: number): Promise<boolean> {
    this.#finishing = true;
    const done = this.#calls.then(() => true);
    const late = sleep(ms, false, { ref: false });
    const inTime = await Promise.race([done, late]);
    this.#running = false;
    await this.#calls;
    return inTime;
  }

  async #call(random: SeededRandom): Promise<void> {
    while (this.#running && !this.#finishing) {
      this.#made += 1;
      const name = `made-${this.#made}`;
      const id = await this.#create(name, uuid(random));
      if (id !== undefined && random.next() < 0.3) await this.#delete(id, uuid(random));
      await sleep(pauseMs);
    }
  }

  async #create(name: string, key: string): Promise<string | undefined> {
    const { registryId } = this.#options;
    const body = { registryId, name, topicAliases: { [`${name}/`]: '$devices/{id}/events/' } };
    const answer = await this.#untilDone(
      { key, kind: 'create', object: name },
      () => this.#send('POST', '/iot-devices/v1/devices', key, body),
      ({ status, body }) => (status === 200 ? (body.response?.id as string | undefined) : undefined),
    );
    return answer?.body.response?.id;
  }

  async #delete(id: string, key: string): Promise<void> {
    let repeated = false;
    await this.#untilDone({ key, kind: 'delete', object: id }, async () => {
      // DELETE takes no key: one that was done, and whose answer was lost, is found gone when repeated.
      const mayBeGone = repeated;
      repeated = true;
      const answer = await this.#send('DELETE', `/iot-devices/v1/devices/${id}`, key);
      return mayBeGone && answer.status === 404 ? { ...answer, status: 200 } : answer;
    });
  }

  /** Repeats until the answer is 200; notes every attempt. */
  async #untilDone(
    write: { key: string; kind: 'create' | 'delete'; object: string },
    send: () => Promise<ApiAnswer>,
    idOf: (answer: ApiAnswer) => string | undefined = () => undefined,
  ): Promise<ApiAnswer | undefined> {
    while (this.#running) {
      const answered = this.#options.ledger.attempt(write);
      const answer = await send().catch(() => undefined);
      if (answer) answered(answer.status, idOf(answer));
      if (answer?.status === 200) return answer;
      await sleep(100 + this.#options.random.integer(0, 200));
    }
    return undefined;
  }

  #send(method: string, path: string, key: string, body?: unknown): Promise<ApiAnswer> {
    const headers = method === 'POST' ? { 'idempotency-key': key } : {};
    const call = this.#options.api.call(method, path, body, { headers });
    const late = sleep(answerDeadlineMs, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('no answer')),
    );
    call.catch(() => undefined);
    return Promise.race([call, late]);
  }
}

function uuid(random: SeededRandom): string {
  const digits = Array.from({ length: 32 }, () => random.integer(0, 15).toString(16)).join('');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5');
}
