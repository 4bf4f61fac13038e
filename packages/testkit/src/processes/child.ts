import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { within } from '../deadline.ts';
import { withSourceLines } from '../programs/source-lines.ts';

/** The top of the repository: where `npm start` is run. */
export const repositoryRoot = resolve(import.meta.dirname, '../../../..');

export interface ChildOptions {
  /** Its name in the logs of a failed test. */
  readonly name: string;
  /** The file that Node runs, relative to the root of the repository, and its arguments. */
  readonly script: readonly [string, ...string[]];
  /** Added to the environment of the test; `undefined` removes a variable. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: the root of the repository. */
  readonly cwd?: string;
}

/** What a process holds. */
export interface Held {
  /** Bytes in the heap and in buffers. */
  readonly memory: number;
  readonly timers: number;
  /** Sockets, servers, files and what is under way with them. */
  readonly handles: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Answers `held`. */
const measured = new URL('../bystanders/measured.mjs', import.meta.url).href;
/** How long a process may take to end when asked (it promises 5 s; machines that run tests are busy), before it is killed. */
const stopPatienceMs = 20_000;
/** What a failed test shows of a process: its last characters. */
const shownLogCharacters = 200_000;
/** What is kept to be searched; a process that writes more has its last characters kept. */
const keptLogCharacters = 50_000_000;

/** A real process of ours, as its parent sees it: readiness over IPC, output, signals, exit status. */
export class Child {
  readonly name: string;
  /** Where it listens, by name; rejects when it ends before it is ready. */
  readonly ready: Promise<Readonly<Record<string, string>>>;
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  #output = '';
  /** Characters that are no longer kept. */
  #dropped = 0;

  constructor({ name, script, env, cwd }: ChildOptions) {
    this.name = name;
    const [file, ...rest] = script;
    const args = ['--import', measured, resolve(repositoryRoot, file), ...rest];
    this.#process = spawn(process.execPath, args, {
      cwd: cwd ?? repositoryRoot,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        const tooMany = this.#output.length - keptLogCharacters;
        if (tooMany <= 0) return;
        this.#output = this.#output.slice(tooMany);
        this.#dropped += tooMany;
      });
    }
    // 'close' rather than 'exit': by then all of the output is here.
    this.exited = new Promise((done) => {
      this.#process.once('close', (code, signal) => done({ code, signal }));
    });
    this.ready = this.#untilReady();
    this.ready.catch(() => {});
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error(`${this.name} could not be started`);
    return pid;
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Everything that it wrote so far, standard output and error. */
  get output(): string {
    return this.#output;
  }

  /** How much it wrote so far, in characters: for `outputSince`. */
  get written(): number {
    return this.#dropped + this.#output.length;
  }

  /** What it wrote after the first so many characters. */
  outputSince(written: number): string {
    return this.#output.slice(Math.max(0, written - this.#dropped));
  }

  /** As much of its output as helps when something failed. */
  get lastOutput(): string {
    return withSourceLines(this.#output.slice(-shownLogCharacters));
  }

  /** What it holds: with what nobody needs any more, or after that has been collected, which takes much longer. */
  held(collects: boolean): Promise<Held> {
    return this.#ask<Held>({ type: 'measure', collects }, 'measured');
  }

  /** How many sockets and streams of HTTP/2 are alive in it, those that somebody forgot to forget included. */
  async streams(): Promise<number> {
    return (await this.#ask<{ streams: number }>({ type: 'countStreams' }, 'counted')).streams;
  }

  #ask<T>(question: object, answerType: string): Promise<T> {
    const answer = new Promise<T>((resolveAnswer) => {
      const take = (message: { type?: string } & T) => {
        if (message.type !== answerType) return;
        this.#process.off('message', take);
        resolveAnswer(message);
      };
      this.#process.on('message', take);
      this.#process.send(question);
    });
    return within(answer, `what ${this.name} holds`);
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#process.kill(signal);
  }

  /** The end of the process; fails when it does not come. */
  waitExit(): Promise<Exit> {
    return within(this.exited, `the end of ${this.name}`);
  }

  /** Asks it to end and, if it does not, makes it. */
  async stop(): Promise<Exit> {
    if (this.running) this.kill('SIGTERM');
    return within(this.exited, this.name, stopPatienceMs).catch(() => {
      this.kill('SIGKILL');
      return this.exited;
    });
  }

  #untilReady(): Promise<Readonly<Record<string, string>>> {
    return new Promise((resolveReady, reject) => {
      let isReady = false;
      this.#process.on('message', (message: { type?: string; addresses?: Record<string, string> }) => {
        if (message.type !== 'ready') return;
        isReady = true;
        resolveReady(message.addresses ?? {});
      });
      void this.exited.then(({ code, signal }) => {
        // What it said is looked through for that, which costs more than its end.
        if (isReady) return;
        reject(new Error(`${this.name} ended (${signal ?? code}) before it was ready:\n${this.lastOutput}`));
      });
    });
  }
}

/** The environment of the test, less the settings and the marks of the test runner that it may hold. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(IOT_|DATABASE_URL$|VITEST|NODE_ENV$|NODE_OPTIONS$|NODE_CHANNEL_)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
