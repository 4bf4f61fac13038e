import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { within } from '@iotcore/testkit';
import { onTestFinished } from 'vitest';

/** A program of the machine, as a person would run it: its lines as they come, its exit status. */
export class Command {
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  #changed: () => void = () => {};

  constructor(program: string, ...args: string[]) {
    // Line-buffered: what mosquitto_sub -d says of its subscription would otherwise wait until a page of it is full.
    this.#process = spawn('stdbuf', ['-oL', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => {
      this.#process.kill('SIGKILL');
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#add(line));
    }
    this.exited = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('close', resolve);
    });
  }

  /** Everything it printed, on both of its outputs. */
  get text(): string {
    return this.#lines.join('\n');
  }

  /** Waits for a line that matches. */
  async line(pattern: RegExp): Promise<string> {
    const found = new Promise<string>((resolve) => {
      this.#changed = () => {
        const line = this.#lines.find((one) => pattern.test(one));
        if (line !== undefined) resolve(line);
      };
      this.#changed();
    });
    return within(found, `a line like ${pattern} (so far: ${this.text})`);
  }

  /** The exit status, once it ended. */
  status(): Promise<number | null> {
    return within(this.exited, `the end of the command (so far: ${this.text})`);
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.#changed();
  }
}

/** Runs a program to its end. */
export async function run(
  program: string,
  ...args: string[]
): Promise<{ status: number | null; text: string }> {
  const command = new Command(program, ...args);
  const status = await command.status();
  return { status, text: command.text };
}
