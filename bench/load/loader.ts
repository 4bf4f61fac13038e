import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningBroker } from '../brokers/broker.ts';
import { password } from '../fleet.ts';
import { clientLines, type Load } from '../loads.ts';
import { output } from '../process.ts';

/** What the load generator prints. */
export interface LoadResult {
  readonly received: number;
  readonly lost: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly cpuSeconds: number;
  readonly cpuMicrosPerMessage: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly firstP99Ms: number;
  readonly steadyP99Ms: number;
  /** From PUBLISH to PUBACK, of publishers with one message under way; else 0. */
  readonly pubackP99Ms: number;
  /** Of each of the broker's processes. */
  readonly cpuMicrosByProcess: readonly number[];
  readonly connectSeconds: number;
  readonly rssKb: number;
  readonly rssBeforeKb: number;
}

/** Compiles the generator into `folder`, with TLS; needs a C compiler and OpenSSL's headers (Debian: libssl-dev). */
export async function buildLoader(folder: string): Promise<string> {
  const program = join(folder, 'mqload');
  const source = new URL('mqload.c', import.meta.url).pathname;
  await output('cc', ['-O2', '-o', program, source, '-lssl', '-lcrypto']);
  return program;
}

/** Runs a load against a broker. `share`: part of its messages, for a warm-up. `lines`: its clients, if not the usual ones. */
export async function runLoad(
  program: string,
  folder: string,
  broker: RunningBroker,
  load: Load,
  share = 1,
  lines = clientLines(load, password),
): Promise<LoadResult> {
  const clients = join(folder, `${load.id}.clients`);
  await writeFile(clients, lines);
  const optional = (flag: string, value: number | undefined): string[] =>
    value === undefined ? [] : [flag, String(value)];
  const args = [
    ...['-p', String(load.tls ? broker.tlsPort : broker.port), '-c', clients],
    ...[broker.pid, ...(broker.otherPids ?? [])].flatMap((pid) => ['-x', String(pid)]),
    ...optional('-k', broker.publisherPort),
    ...['-P', String(load.publishers), '-S', String(load.subscribers), '-q', String(load.qos)],
    ...['-n', String(Math.ceil(load.messages * share))],
    ...optional('-w', load.window),
    ...optional('-s', load.payloadBytes),
    ...optional('-r', load.perSecond),
    ...optional('-m', load.topics),
    ...optional('-d', load.topicDigits),
    ...optional('-e', load.due),
    ...optional('-z', load.frozen),
    ...optional('-i', load.idleSeconds),
    ...(load.tls ? ['-T'] : []),
  ];
  return JSON.parse(await outputOf(program, args)) as LoadResult;
}

/** Losses are a result like others: exit status 5. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
    });
    child.stderr.on('data', (chunk) => {
      complaint += chunk;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0 || status === 5) resolve(said);
      else reject(new Error(`the load generator gave up: ${complaint.trim() || `status ${status}`}`));
    });
  });
}
