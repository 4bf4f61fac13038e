import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Context } from '@iotcore/cli/context';
import { runProgram } from '@iotcore/cli/program';
import { type Installation, programFile, repositoryRoot, within } from '@iotcore/testkit';

/** What `npx iotcore` runs. */
export const bin = join(repositoryRoot, 'apps/cli/bin/iotcore.mjs');

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** All that the command sees of an environment, beside PATH and where compiled code lies. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What Node runs. Default: the bundle that is made with those of an installation; `bin` is what people run. */
  readonly file?: string;
  /** What is piped in. */
  readonly input?: string;
}

interface TerminalOptions extends Omit<RunOptions, 'cwd'> {
  /** Does a person see what it prints? */
  readonly isTerminal?: boolean;
}

/** Longer than an import of a fleet takes on a busy machine. */
const patienceMs = 90_000;

/** A run of the command line, as a process of its own. */
export class Run {
  readonly #process;
  readonly #ended: Promise<Outcome>;
  #stdout = '';
  #stderr = '';
  #told = () => {};

  constructor(args: readonly string[], options: RunOptions = {}) {
    const { env = {}, cwd = repositoryRoot, file = programFile('cli'), input } = options;
    const { PATH = '', NODE_COMPILE_CACHE } = process.env;
    this.#process = spawn(process.execPath, [resolve(repositoryRoot, file), ...args], {
      cwd,
      env: { PATH, NODE_COMPILE_CACHE, HOME: '/nonexistent', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // What a failed test left behind.
      timeout: patienceMs,
      killSignal: 'SIGKILL',
    });
    this.#process.stdin.on('error', () => {});
    this.#process.stdin.end(input);
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#told();
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#told();
    });
    this.#ended = new Promise((resolve) =>
      this.#process.once('close', (status) =>
        resolve({ status, stdout: this.#stdout, stderr: this.#stderr }),
      ),
    );
  }

  /** What it has printed so far. */
  get stdout(): string {
    return this.#stdout;
  }

  /** Waits until it has said this: on standard error, or on standard output, there after its first `from` characters. */
  async says(text: string, from = 0): Promise<void> {
    const said = new Promise<void>((resolve, reject) => {
      this.#told = () => {
        if (this.#stdout.includes(text, from) || this.#stderr.includes(text)) resolve();
      };
      this.#told();
      void this.#ended.then(({ stderr }) => reject(new Error(`ended without '${text}': ${stderr}`)));
    });
    await within(said, `'${text}'`);
  }

  /** Ctrl-C, or a polite `kill`. */
  interrupt(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): void {
    this.#process.kill(signal);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  end(): Promise<Outcome> {
    return within(this.#ended, 'the end of the command', patienceMs);
  }
}

/** The environment of a command that is to find this installation, and no other. */
export function envOf({ apiUrl, adminToken }: Pick<Installation, 'apiUrl' | 'adminToken'>) {
  return { IOTCORE_CONFIG: '/nowhere', IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
}

/**
 * Runs a command line to its end, in this process: that a command reads its environment, its streams and its exit status from
 * a process of its own is shown by `Run`, and a start costs more than what most commands do.
 */
export async function iotcore(
  args: readonly string[],
  { env = {}, input = '', isTerminal = false }: TerminalOptions = {},
): Promise<Outcome> {
  const { PATH = '' } = process.env;
  const printed = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof printed) =>
    new PassThrough().setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  const [stdout, stderr] = [Object.assign(keep('stdout'), { isTTY: isTerminal }), keep('stderr')];
  const context = new Context({
    env: { PATH, HOME: '/nonexistent', ...env },
    ...{ stdin: new PassThrough().end(input), stdout, stderr },
    onInterrupt: () => new AbortController().signal,
    now: () => new Date(),
  });
  const status = await within(runProgram(args, context), 'the end of the command', patienceMs);
  await Promise.all([finished(stdout.end()), finished(stderr.end())]);
  return { status, ...printed };
}

/** The same in a process of its own, whose folder is another: what the command line names lies there. */
export function iotcoreIn(cwd: string, args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return new Run(args, { ...options, cwd }).end();
}
