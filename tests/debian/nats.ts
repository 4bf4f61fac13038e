/** Debian's nats-server, as many as a test wants. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Its folder is not on every user's PATH. */
export const natsServer = '/usr/sbin/nats-server';

export class NatsServer {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  /** -1: any; from the first start on the one that it got. */
  #port = -1;

  private constructor(args: readonly string[]) {
    this.#args = args;
  }

  /** Starts one on a free port; it ends when `cleanUp` is run. */
  static async start(
    cleanUp: (stop: () => Promise<void>) => void,
    args: readonly string[] = [],
  ): Promise<NatsServer> {
    const server = new NatsServer(args);
    cleanUp(() => server.kill());
    await server.start();
    return server;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#port}`;
  }

  /** Starts it, again on the same port. */
  async start(): Promise<void> {
    const args = ['-a', '127.0.0.1', '-p', String(this.#port), ...this.#args];
    const child = spawn(natsServer, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += String(chunk);
        const port = /client connections on [^\n]*:(\d+)\n/.exec(said)?.[1];
        if (port === undefined || !said.includes('Server is ready')) return;
        this.#port = Number(port);
        resolve();
      });
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`nats-server ended: ${said}`)));
    });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
