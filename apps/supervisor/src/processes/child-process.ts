import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isRunning, type ProcessMessage, StartupError } from '@iotcore/process';
import type { Runnable } from './keep-running.ts';

const stopPatienceMs = 3300;

export interface ChildOptions {
  readonly name: string;
  /** The file that it runs. */
  readonly entry: URL;
  readonly env: NodeJS.ProcessEnv;
  /** Which setting holds the port of each of its addresses: once known, a new run gets the same ones. */
  readonly portVariables: Readonly<Record<string, string>>;
  /** It has found exports: told any number of times. */
  exportsFound?(): void;
}

/**
 * One of our processes, in a process group of its own, so that Ctrl-C on a terminal reaches the supervisor alone. The IPC
 * channel carries its readiness, and its end tells the child that the supervisor is gone.
 */
export class SupervisedProcess implements Runnable {
  readonly name: string;
  readonly #options: ChildOptions;
  #child: ChildProcess | undefined;
  #addresses: Readonly<Record<string, string>> = {};

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Where it listens, by name, once it has started. */
  get addresses(): Readonly<Record<string, string>> {
    return this.#addresses;
  }

  /** The next start is at these addresses too, by their names. */
  useAddresses(addresses: Readonly<Record<string, string>>): void {
    this.#addresses = { ...this.#addresses, ...addresses };
  }

  /** @throws StartupError with what it said if it ends before it is ready */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [fileURLToPath(this.#options.entry)], {
      env: { ...this.#options.env, ...this.#knownPorts() },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      detached: true,
    });
    this.#child = child;
    this.#addresses = await new Promise((resolve, reject) => {
      child.on('message', (message: ProcessMessage) => {
        if (message.type === 'exports') this.#options.exportsFound?.();
        else if (message.type === 'ready') resolve(message.addresses);
        // The child has said what is wrong on standard error by itself.
        else reject(new StartupError(`${this.name} did not start`));
      });
      child.once('error', reject);
      child.once('exit', () => reject(new StartupError(`${this.name} ended before it was ready`)));
    });
  }

  async ended(): Promise<void> {
    const child = this.#child;
    if (child && isRunning(child)) await new Promise((resolve) => child.once('exit', resolve));
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || !isRunning(child)) return;
    child.kill('SIGTERM');
    const abandon = setTimeout(() => this.kill(), stopPatienceMs);
    await this.ended();
    clearTimeout(abandon);
  }

  /** Ends it at once, in whatever state it is. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #knownPorts(): NodeJS.ProcessEnv {
    const ports: NodeJS.ProcessEnv = {};
    for (const [name, variable] of Object.entries(this.#options.portVariables)) {
      const address = this.#addresses[name];
      if (address !== undefined) ports[variable] = new URL(address).port;
    }
    return ports;
  }
}
