/**
 * What a target that is away, or that answers one byte a second, costs everybody else: 1,000 messages a second at QoS 1 while it takes
 * them, while it does not, and once it does again, until nothing waits.
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
/** Waits between attempts grow to this: with the default of 5 minutes half of that would pass before anything is sent. */
const maxInterval = '30s';

export type How = 'away' | 'slow';

interface Phase {
  readonly puback: number[];
  readonly delivery: number[];
  readonly memory: Record<'api' | 'mqtt' | 'export', number>;
}

const newPhase = (): Phase => ({ puback: [], delivery: [], memory: { api: 0, mqtt: 0, export: 0 } });

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
    retry: { maxInterval },
  });
  const path = `/ext/v1/exports/${response.id}`;
  const state = async () => (await call('GET', `${path}?exportView=FULL`)).state;
  try {
    await pause(inForceMs + warmUpMs);
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
    const { discarded, deadLetters } = await state();
    return report({ how, minutes, good, bad, waited, catchUpSeconds, discarded, deadLetters }, say);
  } finally {
    load.stop();
    await call('DELETE', path);
    receiver.close();
  }
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
}

function report(result: Result, say: (line: string) => void): boolean {
  const { how, minutes, good, bad, waited, catchUpSeconds, discarded, deadLetters } = result;
  const p99 = (phase: Phase, key: 'puback' | 'delivery') =>
    phase[key].toSorted((a, b) => a - b)[Math.floor(phase[key].length * 0.99)] ?? Number.NaN;
  let isKept = true;
  const row = (what: string, before: number, after: number, isWithin: boolean, limit: string) => {
    say(
      `| ${what} | ${before.toFixed(1)} | ${after.toFixed(1)} | ${limit} | ${isWithin ? 'kept' : 'MISSED'} |`,
    );
    isKept &&= isWithin;
  };
  say(
    `| the target ${how === 'away' ? 'is away' : 'answers a byte a second'} for ${minutes} minutes | before | meanwhile | limit | |`,
  );
  say('| --- | --: | --: | --- | --- |');
  for (const [key, what] of [
    ['puback', 'PUBACK, p99, ms'],
    ['delivery', 'a subscriber, p99, ms'],
  ] as const) {
    const [before, after] = [p99(good, key), p99(bad, key)];
    row(what, before, after, after <= before * most[key], `+${Math.round(100 * (most[key] - 1))} %`);
  }
  for (const name of ['api', 'mqtt', 'export'] as const) {
    const [before, after] = [good.memory[name], bad.memory[name]];
    row(`memory of ${name}, MiB at most`, before, after, after <= before + most.moreMiB, `+${most.moreMiB}`);
  }
  row('caught up, s', 0, catchUpSeconds, catchUpSeconds <= most.catchUpSeconds, `${most.catchUpSeconds}`);
  say(`\n${good.puback.length + bad.puback.length} messages acknowledged; ${waited} waited at the end.`);
  say(`Discarded: ${discarded}; dead letters: ${deadLetters}.\n`);
  return isKept && discarded === '0' && deadLetters === '0';
}

/** Messages at an even rate, all of them heard by one subscriber; how long PUBACK and delivery take. */
class Load {
  readonly #installation: Installation;
  #phase = newPhase();
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
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

  #tick(): void {
    const { publishers } = this.#installation;
    const due = ((performance.now() - this.#beganAt) * perSecond) / 1000;
    for (; this.#sent < due; this.#sent += 1) {
      const publisher = publishers[this.#sent % publishers.length];
      if (!publisher) return;
      const phase = this.#phase;
      const sentAt = performance.now();
      const payload = Buffer.alloc(payloadBytes);
      payload.writeDoubleBE(sentAt);
      publisher.client.publish(`$devices/${publisher.id}/events/measured`, payload, { qos: 1 }, (error) => {
        if (!error) phase.puback.push(performance.now() - sentAt);
      });
    }
  }
}

/** A webhook that takes everything, is not there, or answers a byte a second. */
class Receiver {
  readonly #server = createServer((request, response) =>
    request.resume().on('end', () => this.#answer(response)),
  );
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

  #answer(response: ServerResponse): void {
    if (!this.#isSlow) {
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
