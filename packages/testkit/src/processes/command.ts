import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { patienceMs, within } from '../deadline.ts';
import { cleanEnvironment, repositoryRoot } from './child.ts';

/** A command line as a person would run it at the top of the repository: its lines as they come, its exit status. */
export class Command {
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #lines: string[] = [];
  #changed: () => void = () => {};

  constructor(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>> = {},
  ) {
    // A group of its own, so that a signal reaches all that it started, as Ctrl-C does on a terminal.
    this.#process = spawn(program, args, {
      cwd: repositoryRoot,
      env: { ...cleanEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', resolve);
    });
    this.#ended.catch(() => {});
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#add(line));
    }
    onTestFinished(() => this.#end());
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('the command could not be started');
    return pid;
  }

  /** Everything it printed, on both of its outputs. */
  get text(): string {
    return this.#lines.join('\n');
  }

  /** Waits for a line that matches. */
  async line(pattern: RegExp, ms = patienceMs): Promise<string> {
    const found = new Promise<string>((resolve, reject) => {
      this.#changed = () => {
        const line = this.#lines.find((one) => pattern.test(one));
        if (line !== undefined) resolve(line);
      };
      this.#changed();
      const gone = () => reject(new Error(`ended without a line like ${pattern}:\n${this.text}`));
      this.#ended.then(gone, reject);
    });
    return within(found, `a line like ${pattern}`, ms).catch((error: Error) => {
      throw new Error(`${error.message}; so far:\n${this.text}`);
    });
  }

  /** Waits for its end: the exit status. */
  status(): Promise<number | null> {
    return within(this.#ended, 'the end of the command');
  }

  /** Sends a signal to it and all that it started. */
  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#process;
    if (pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    process.kill(-pid, signal);
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.#changed();
  }

  async #end(): Promise<void> {
    this.kill('SIGTERM');
    await this.status().catch(() => this.kill('SIGKILL'));
  }
}

/** Runs a command line to its end. */
export async function run(
  program: string,
  ...args: string[]
): Promise<{ status: number | null; text: string }> {
  const command = new Command(program, args);
  const status = await command.status();
  return { status, text: command.text };
}
