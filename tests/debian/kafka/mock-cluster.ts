/** The cluster that the library of Debian's kcat plays. It has no SASL, no TLS and no idempotence. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { patienceMs, within } from '@iotcore/testkit';

export interface MockCluster {
  readonly servers: readonly string[];
  readonly process: ChildProcess;
}

/** Starts one of so many brokers; it ends when `cleanUp` is run. */
export async function startMockCluster(
  brokers: number,
  cleanUp: (stop: () => void) => void,
): Promise<MockCluster> {
  const args = ['-P', '-b', 'x', '-t', 't', '-X', `test.mock.num.brokers=${brokers}`, '-X', 'debug=mock'];
  const kcat = spawn('kcat', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  cleanUp(() => void kcat.kill('SIGKILL'));
  const servers = await new Promise<string[]>((resolve, reject) => {
    createInterface({ input: kcat.stderr }).on('line', (line) => {
      const [, named] = /bootstrap\.servers=(\S+)/.exec(line) ?? [];
      if (named) resolve(named.split(','));
    });
    kcat.on('error', reject).on('exit', () => reject(new Error('kcat has ended')));
  });
  return { servers, process: kcat };
}

/** The records of a topic, with their keys; `settings`: of kcat's library. */
export async function readTopic(
  server: string,
  topic: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<(readonly [key: string, value: string])[]> {
  const set = Object.entries(settings).flatMap(([name, value]) => ['-X', `${name}=${value}`]);
  const args = ['-C', '-b', server, '-t', topic, '-e', '-q', '-f', '%k %s\n', ...set];
  const reading = promisify(execFile)('kcat', args, { timeout: patienceMs });
  const { stdout } = await within(reading, `what kcat reads of ${topic}`);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}
