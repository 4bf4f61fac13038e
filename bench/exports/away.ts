/**
 * What a target that is away, or that answers one byte a second, costs everybody else: 1,000 messages a second at QoS 1 while it takes
 * them, while it does not, and once it does again, until nothing waits; and whether each that was acknowledged has reached it.
 */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Installation } from './installation.ts';

const perSecond = 1000;
const tickMs = 5;
const payloadBytes = 64;
const inForceMs = 1500;
/** Before anything is measured. */
const warmUpMs = 10_000;
/** For how long it is measured while the target takes everything; in a shorter bench as long as it is away. */
const mostGoodMs = 120_000;
const most = { puback: 1.2, delivery: 1.1, moreMiB: 100, catchUpSeconds: 300 };

export type How = 'away' | 'slow';

interface Phase {
  readonly puback: number[];
  readonly delivery: number[];
  readonly memory: Record<'api' | 'mqtt' | 'export' | 'postgres', number>;
}

const newPhase = (): Phase => ({
  ...{ puback: [], delivery: [] },
  memory: { api: 0, mqtt: 0, export: 0, postgres: 0 },
});

export async function measureAway(
  installation: Installation,
  { how, minutes }: { readonly how: How; readonly minutes: number },
  say: (line: string) => void,
): Promise<boolean> {
  const { call, registryId } = installation;
  const receiver = await Receiver.open();
  const load = await Load.start(installation);
  const { response } = await call('POST', '/ext/v1/exports', {
    source: { registryId, mqttTopicFilter: '$devices/+/events/measured' },
    target: { webhook: { url: receiver.url } },
    batch: { maxMessages: 100 },
  });
  const path = `/ext/v1/exports/${response.id}`;
  const state = async () => (await call('GET', `${path}?exportView=FULL`)).state;
  try {
    await pause(inForceMs);
    const firstRecorded = load.sent;
    await pause(warmUpMs);
    const awayMs = minutes * 60_000;
    const good = await load.measure(Math.min(awayMs, mostGoodMs));
    await receiver.behave(how);
    const bad = await load.measure(awayMs);
    const waited = Number((await state()).lagMessages);
    await receiver.behave('good');
    const backAt = performance.now();
    // Publishers go on meanwhile: caught up is what has no more waiting than comes in a second.
    while (Number((await state()).lagMessages) > perSecond) await pause(100);
    const catchUpSeconds = (performance.now() - backAt) / 1000;
    load.stop();
    await load.allAnswered();
    while (Number((await state()).lagMessages) > 0) await pause(100);
    const { discarded, deadLetters } = await state();
    const arrived = load.compare(receiver.taken, firstRecorded);
    return report({ how, minutes, good, bad, waited, catchUpSeconds, discarded, deadLetters, arrived }, say);
  } finally {
    load.stop();
    await call('DELETE', path);
    receiver.close();
  }
}

/** Of the messages from the first on that was surely recorded. */
interface Arrived {
  readonly acknowledged: number;
  /** Acknowledged, and never taken by the target. */
  readonly lost: number;
  /** Taken once more by the target. */
  readonly repeated: number;
}

interface Result {
  readonly how: How;
  readonly minutes: number;
  readonly good: Phase;
  readonly bad: Phase;
  readonly waited: number;
  readonly catchUpSeconds: number;
  readonly discarded: string;
  readonly deadLetters: string;
  readonly arrived: Arrived;
}

function report(result: Result, say: (line: string) => void): boolean {
  const { how, minutes, good, bad, waited, catchUpSeconds, discarded, deadLetters, arrived } = result;
  const p99 = (phase: Phase, key: 'puback' | 'delivery') =>
    phase[key].toSorted((a, b) => a - b)[Math.floor(phase[key].length * 0.99)] ?? Number.NaN;
  let isKept = true;
  const row = (
    what: string,
    [before, after]: readonly [number, number],
    ratio: string,
    isWithin: boolean,
    limit: string,
  ) => {
    const figures = `${Number.isNaN(before) ? '' : before.toFixed(1)} | ${after.toFixed(1)} | ${ratio}`;
    say(`| ${what} | ${figures} | ${limit} | ${isWithin ? 'kept' : 'MISSED'} |`);
    isKept &&= isWithin;
  };
  say(
    `| the target ${how === 'away' ? 'is away' : 'answers a byte a second'} for ${minutes} minutes | before | meanwhile | ratio | limit | |`,
  );
  say('| --- | --: | --: | --: | --- | --- |');
  for (const [key, what] of [
    ['puback', 'PUBACK, p99, ms'],
    ['delivery', 'a subscriber, p99, ms'],
  ] as const) {
    const [before, after] = [p99(good, key), p99(bad, key)];
    const limit = `at most +${Math.round(100 * (most[key] - 1))} %`;
    row(what, [before, after], (after / before).toFixed(2), after <= before * most[key], limit);
  }
  for (const name of ['api', 'mqtt', 'export', 'postgres'] as const) {
    const [before, after] = [good.memory[name], bad.memory[name]];
    const limit = `at most +${most.moreMiB}`;
    row(`memory of ${name}, the most, MiB`, [before, after], '', after <= before + most.moreMiB, limit);
  }
  const isCaughtUp = catchUpSeconds <= most.catchUpSeconds;
  row(
    'caught up once it was back, s',
    [Number.NaN, catchUpSeconds],
    '',
    isCaughtUp,
    `at most ${most.catchUpSeconds}`,
  );
  row('acknowledged and lost', [Number.NaN, arrived.lost], '', arrived.lost === 0, 'none');
  say(
    `\nAcknowledged: ${arrived.acknowledged} messages, of them measured ${good.puback.length} before and ${bad.puback.length} meanwhile. ` +
      `Taken by the target: ${arrived.acknowledged - arrived.lost}, and ${arrived.repeated} once more. Waiting when it was back: ${waited}.`,
  );
  say(`Discarded: ${discarded}; dead letters: ${deadLetters}.\n`);
  return isKept && discarded === '0' && deadLetters === '0';
}

/** Messages at an even rate, all of them heard by one subscriber; how long PUBACK and delivery take. */
class Load {
  readonly #installation: Installation;
  #phase = newPhase();
  #timer: NodeJS.Timeout | undefined;
  /** Messages so far: they are numbered. */
  sent = 0;
  #answered = 0;
  readonly #acknowledged = new Set<number>();
  readonly #beganAt = performance.now();

  private constructor(installation: Installation) {
    this.#installation = installation;
  }

  static async start(installation: Installation): Promise<Load> {
    const load = new Load(installation);
    const subscriber = await installation.connectRegistry();
    subscriber.on('message', (_topic, payload) =>
      load.#phase.delivery.push(performance.now() - payload.readDoubleBE(0)),
    );
    await subscriber.subscribeAsync('$devices/+/events/measured', { qos: 0 });
    load.#timer = setInterval(() => load.#tick(), tickMs);
    return load;
  }

  /** What is measured from now on, in so many ms. */
  async measure(ms: number): Promise<Phase> {
    this.#phase = newPhase();
    const phase = this.#phase;
    const until = performance.now() + ms;
    while (performance.now() < until) {
      await pause(Math.min(1000, ms));
      for (const [name, mebibytes] of Object.entries(this.#installation.memory())) {
        const key = name as keyof Phase['memory'];
        phase.memory[key] = Math.max(phase.memory[key], mebibytes);
      }
    }
    this.#phase = newPhase();
    return phase;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async allAnswered(): Promise<void> {
    while (this.#answered < this.sent) await pause(100);
  }

  /** What was acknowledged, from a message on, with how often each was taken. */
  compare(taken: ReadonlyMap<number, number>, first: number): Arrived {
    const acknowledged = [...this.#acknowledged].filter((number) => number >= first);
    const times = acknowledged.map((number) => taken.get(number) ?? 0);
    return {
      acknowledged: acknowledged.length,
      lost: times.filter((count) => count === 0).length,
      repeated: times.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
    };
  }

  #tick(): void {
    const { publishers } = this.#installation;
    const due = ((performance.now() - this.#beganAt) * perSecond) / 1000;
    for (; this.sent < due; this.sent += 1) {
      const number = this.sent;
      const publisher = publishers[number % publishers.length];
      if (!publisher) return;
      const phase = this.#phase;
      const sentAt = performance.now();
      const payload = Buffer.alloc(payloadBytes);
      payload.writeUInt32BE(number, payload.writeDoubleBE(sentAt));
      publisher.client.publish(`$devices/${publisher.id}/events/measured`, payload, { qos: 1 }, (error) => {
        this.#answered += 1;
        if (error) return;
        this.#acknowledged.add(number);
        phase.puback.push(performance.now() - sentAt);
      });
    }
  }
}

/** A webhook that takes everything, is not there, or answers a byte a second. */
class Receiver {
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.#answer(Buffer.concat(chunks), response));
  });
  /** How often each message was taken, by its number. */
  readonly taken = new Map<number, number>();
  #port = 0;
  #isSlow = false;

  static async open(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.#listen();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async behave(how: How | 'good'): Promise<void> {
    this.#isSlow = how === 'slow';
    if (how === 'away') this.close();
    else if (!this.#server.listening) await this.#listen();
    else this.#server.closeAllConnections();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(body: Buffer, response: ServerResponse): void {
    if (!this.#isSlow) {
      for (const { details } of JSON.parse(body.toString()).messages) {
        const number = Buffer.from(details.payload, 'base64').readUInt32BE(8);
        this.taken.set(number, (this.taken.get(number) ?? 0) + 1);
      }
      response.end();
      return;
    }
    response.writeHead(200);
    const timer = setInterval(() => response.write('.'), 1000);
    response.on('close', () => clearInterval(timer));
  }

  async #listen(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }
}
