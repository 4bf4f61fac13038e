import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Installation, repositoryRoot, within } from '@iotcore/testkit';
import { onTestFinished } from 'vitest';

export interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run of the command line in a process of its own, on an installation. */
export class CliRun {
  readonly #process: ChildProcess;
  readonly #ended: Promise<Ending>;

  constructor(installation: Pick<Installation, 'apiUrl' | 'adminToken'>, args: readonly string[]) {
    this.#process = spawn(process.execPath, [join(repositoryRoot, 'apps/cli/src/main.ts'), ...args], {
      env: {
        PATH: process.env['PATH'],
        IOTCORE_CONFIG: '/nowhere',
        IOTCORE_ENDPOINT: installation.apiUrl,
        IOTCORE_TOKEN: installation.adminToken,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#process;
    if (!stdout || !stderr) throw new Error('the command line has no outputs');
    this.#ended = Promise.all([once(this.#process, 'close'), text(stdout), text(stderr)]).then(
      ([[status], out, err]) => ({ status, stdout: out, stderr: err }),
    );
    onTestFinished(() => this.kill());
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  ended(): Promise<Ending> {
    return within(this.#ended, 'the end of the command', 90_000);
  }
}

/** Runs a command line to its end. */
export function iotcore(
  installation: Pick<Installation, 'apiUrl' | 'adminToken'>,
  ...args: readonly string[]
): Promise<Ending> {
  return new CliRun(installation, args).ended();
}

// biome-ignore lint/suspicious/noExplicitAny: the report is what the tests are there to look at
export type Report = any;

/** Imports a folder; its report, and how the command ended. */
export async function migrate(
  installation: Pick<Installation, 'apiUrl' | 'adminToken'>,
  folder: string,
  ...args: readonly string[]
): Promise<Ending & { readonly report: Report }> {
  const ending = await iotcore(installation, 'migrate', 'yandex', folder, '--format', 'json', ...args);
  return { ...ending, report: ending.stdout === '' ? undefined : JSON.parse(ending.stdout) };
}
