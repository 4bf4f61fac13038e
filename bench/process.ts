import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isListening } from '@iotcore/testkit/faults';

const execute = promisify(execFile);

/** What a program prints; rejects when it fails. */
export async function output(program: string, args: readonly string[]): Promise<string> {
  return (await execute(program, args)).stdout;
}

export interface Child {
  readonly pid: number;
  /** What something that was loaded into it (`--import`) tells, by the type of both messages. */
  ask<T>(type: string): Promise<T>;
  stop(): Promise<void>;
}

/** Starts a program; resolves once something listens on all the ports. */
export async function startListening(
  program: string,
  args: readonly string[],
  ports: readonly number[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Child> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env });
  let complaint = '';
  child.stderr?.on('data', (chunk) => {
    complaint = (complaint + chunk).slice(-2_000);
  });
  const exited = once(child, 'exit');
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  for (const port of ports) {
    while (!(await isListening(port))) {
      if (isGone()) throw new Error(`${program} ended before it listened: ${complaint}`);
      await pause(50);
    }
  }
  return {
    pid: child.pid as number,
    ask: <T>(type: string) =>
      new Promise<T>((resolve) => {
        const take = (message: { readonly type?: string } & T) => {
          if (message.type !== type) return;
          child.off('message', take);
          resolve(message);
        };
        child.on('message', take);
        child.send({ type });
      }),
    stop: async () => {
      if (!isGone()) child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Of one tick of the kernel's accounting, as on every Linux that Node runs on. */
const msPerTick = 10;

/** Processor time that a process has used so far, in ms. Only on Linux; elsewhere NaN. */
export function cpuMs(pid: number): number {
  try {
    // The name of the program may hold blanks; the fields after it do not.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return Number.NaN;
  }
}

export async function residentMiB(pid: number): Promise<number> {
  const [, pages] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
  return (Number(pages) * 4096) / 2 ** 20;
}
