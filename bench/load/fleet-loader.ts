import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { output } from '../process.ts';

/** All clients of the fleet are connected. */
export interface Up {
  readonly event: 'up';
  readonly clients: number;
  /** Since the first of them lost its connection, or was cut. */
  readonly seconds: number;
  readonly attempts: number;
  /** CONNECTs refused. */
  readonly refused: number;
  /** Attempts while no server listened. */
  readonly unreachable: number;
  /** Given up by the client for want of an answer, or closed by the server without one. */
  readonly failed: number;
  /** TLS sessions resumed. */
  readonly resumed: number;
}

/** What publishing has come to: `tick` every ten seconds (latencies of these), `published` at its end (of all). */
export interface Published {
  readonly event: 'tick' | 'published';
  readonly seconds: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly received: number;
  /** Acknowledged, and not received (so far). */
  readonly missing: number;
  /** Due and not sent: its device was away, or had too many unacknowledged. */
  readonly skipped: number;
  /** Not acknowledged when the connection of their device ended. */
  readonly unknown: number;
  readonly duplicates: number;
  /** How often a listener lost its connection. Messages sent before it subscribed again are not owed to it. */
  readonly listenerLosses: number;
  readonly up: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** A client of the fleet; `topic`: what it publishes to, or a listener's filter. */
export type FleetClient =
  | { readonly kind: 'password' | 'listener'; user: string; password: string; topic: string }
  | { readonly kind: 'certificate'; certPem: string; keyPem: string; topic: string };

export interface FleetOptions {
  /** The compiled generator. */
  readonly program: string;
  /** For the lists that it reads. */
  readonly folder: string;
  /** TLS. */
  readonly port: number;
  readonly clients: readonly FleetClient[];
  /** TLS sessions are resumed. */
  readonly resume?: boolean;
}

/** Compiles the fleet into `folder`; needs a C compiler and OpenSSL's headers (Debian: libssl-dev). */
export async function buildFleet(folder: string): Promise<string> {
  const program = join(folder, 'mqfleet');
  const source = new URL('mqfleet.c', import.meta.url).pathname;
  await output('cc', ['-O2', '-o', program, source, '-lssl', '-lcrypto']);
  return program;
}

/** A running fleet (mqfleet.c): cheap clients that come back by themselves. */
export class Fleet {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess) {
    this.#process = child;
    if (!child.stdout) throw new TypeError('a fleet is heard by its standard output');
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Begins to connect all of its clients at once. */
  static async start({ program, folder, port, clients, resume = false }: FleetOptions): Promise<Fleet> {
    const files = { clients: join(folder, 'fleet.clients'), pem: join(folder, 'fleet.pem') };
    const pem: string[] = [];
    const lines = clients.map((client) => {
      if (client.kind !== 'certificate') {
        return `${client.kind === 'listener' ? 'L' : 'P'} ${client.user} ${client.password} ${client.topic}`;
      }
      pem.push(client.certPem.trim(), client.keyPem.trim());
      return `C ${pem.length / 2 - 1} ${client.topic}`;
    });
    await writeFile(files.clients, `${lines.join('\n')}\n`);
    await writeFile(files.pem, `${pem.join('\n')}\n`, { mode: 0o600 });
    const args = ['-p', String(port), '-c', files.clients, '-k', files.pem, '-T', ...(resume ? ['-R'] : [])];
    return new Fleet(spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  /** The next time that all are connected. */
  async up(): Promise<Up> {
    for (;;) {
      const said = await this.next();
      if (said.event === 'up') return said;
    }
  }

  async next(): Promise<Up | Published> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the fleet has ended');
    return JSON.parse(value) as Up | Published;
  }

  /** All devices lose their connections, and come back. */
  cut(): Promise<Up> {
    this.#say('cut');
    return this.up();
  }

  /** Every device publishes once a second; `next` tells how it goes. */
  publish(seconds: number): void {
    this.#say(`publish ${seconds}`);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#say('quit');
    await exited;
  }

  #say(command: string): void {
    this.#process.stdin?.write(`${command}\n`);
  }
}
