/** One attack on a running server, and its effect on other clients. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { RunningBroker } from '../brokers/broker.ts';
import { deviceId, password } from '../fleet.ts';
import { residentMiB } from '../process.ts';
import { bytesOf, logIn, pingreq } from './client.ts';

/** How late the server's event loop was. */
export interface LoopDelay {
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Effect extends LoopDelay {
  readonly title: string;
  /** While all connections of the attacker end at the same moment, and for a second. */
  readonly ending: LoopDelay;
  /** For how long the attack kept the server, in all rounds. */
  readonly seconds: number;
  /** The slowest response that another client got. */
  readonly slowestMs: number;
  /** Before, at most, and after it. */
  readonly memoryMiB: readonly [number, number, number];
}

/** A server that reports the delay of its event loop. */
export interface WatchedServer extends RunningBroker {
  /** From each time it was asked anything to the next that it was asked this, taken together. */
  loopDelay(during: string): Promise<LoopDelay>;
}

/** An attack that is ready to begin, as a process that ends with it. */
export interface Attacker {
  readonly title: string;
  start(server: RunningBroker): ChildProcess;
}

/** The bystander asks again after this time, so that no wait goes unseen for long. */
const askMs = 2;
/** After an attack, memory and connections have so long to come back. */
const calmMs = 4_000;
const sampleMs = 100;
/** No more rounds than this takes. */
const enoughSeconds = 4;
/** A device that no attack uses. */
const bystanderNumber = 9_999;

export function attackerOf(id: string, title: string): Attacker {
  const program = new URL('attacker.ts', import.meta.url).pathname;
  return {
    title,
    start: ({ port, tlsPort }) => fork(program, [id, String(port), String(tlsPort), password]),
  };
}

/** What lasts a fraction of a second has too few samples for a percentile: then the delays of several rounds are taken together. */
export async function measureAttack(
  server: WatchedServer,
  attacker: Attacker,
  rounds: number,
): Promise<Effect> {
  const effects: Effect[] = [];
  const seconds = () => effects.reduce((sum, effect) => sum + effect.seconds, 0);
  while (effects.length < rounds && seconds() < enoughSeconds)
    effects.push(await measureRound(server, attacker));
  const last = effects.at(-1) as Effect;
  const most = (value: (effect: Effect) => number) => Math.max(...effects.map(value));
  return {
    ...last,
    seconds: seconds(),
    slowestMs: most(({ slowestMs }) => slowestMs),
    memoryMiB: [
      (effects[0] as Effect).memoryMiB[0],
      most(({ memoryMiB }) => memoryMiB[1]),
      last.memoryMiB[2],
    ],
  };
}

async function measureRound(server: WatchedServer, attacker: Attacker): Promise<Effect> {
  const child = attacker.start(server);
  const exited = once(child, 'exit');
  await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error('the attack could not be prepared');
    }),
  ]);
  const before = await residentMiB(server.pid);
  const bystander = await logIn(
    { port: server.port, user: deviceId(bystanderNumber), password },
    'bystander',
  );
  let [isOver, peak] = [false, before];
  const slowest = askAgainAndAgain(bystander, () => isOver);
  const watched = (async () => {
    for (; !isOver; await pause(sampleMs)) peak = Math.max(peak, await residentMiB(server.pid));
  })();
  await server.loopDelay('preparing');
  const began = performance.now();
  child.send('begin');
  await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error(`${attacker.title}: the attack failed`);
    }),
  ]);
  const seconds = (performance.now() - began) / 1000;
  const delay = await server.loopDelay(attacker.title);
  child.send('end');
  await exited;
  await pause(calmMs / 4);
  const ending = await server.loopDelay(`the end of ${attacker.title}`);
  isOver = true;
  const slowestMs = await slowest;
  await watched;
  bystander.destroy();
  await pause(calmMs);
  const memoryMiB = [before, peak, await residentMiB(server.pid)] as const;
  return { title: attacker.title, seconds, slowestMs, memoryMiB, ...delay, ending };
}

async function askAgainAndAgain(socket: Socket, isOver: () => boolean): Promise<number> {
  let slowest = 0;
  for (; !isOver(); await pause(askMs)) {
    const asked = performance.now();
    const answered = bytesOf(socket, 2);
    socket.write(pingreq);
    await answered;
    slowest = Math.max(slowest, performance.now() - asked);
  }
  return slowest;
}

/** As a table. */
export function effectTable(effects: readonly Effect[]): string {
  const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0);
  const rows = effects.map(
    ({ title, p99Ms, maxMs, ending, slowestMs, seconds, memoryMiB }) =>
      `| ${title} | ${ms(p99Ms)} | ${ms(ending.p99Ms)} | ${ms(Math.max(maxMs, ending.maxMs))} | ${ms(slowestMs)} | ${seconds.toFixed(1)} | ${memoryMiB.map((mib) => mib.toFixed(0)).join(' · ')} |`,
  );
  return [
    '| attack | loop late, p99, ms | while its connections end, p99, ms | at most, ms | slowest answer to another, ms | lasted, s | memory before · most · after, MiB |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
