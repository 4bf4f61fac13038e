import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { getRegistry } from '@iotcore/sdk';
import { answer } from '../calls.ts';
import type { CliContext } from '../context.ts';
import type { Finding } from './finding.ts';

/** The sample is for trying out: its passwords were printed, and can be used by everybody who has read them. */
export async function* checkSample(context: CliContext): AsyncGenerator<Finding> {
  const { configuration } = context;
  const text = await readFile(join(configuration.dataDir, 'sample.json'), 'utf8').catch(() => undefined);
  const running = await configuration.running();
  if (text === undefined || running === undefined) return;
  const { registryId = '', deviceId = '' } = JSON.parse(text) as Record<string, string>;
  const found = await context
    .api()
    .then((client) => answer(getRegistry({ client, path: { registryId } })))
    .catch(() => undefined);
  if (!found) return;
  const check = 'sample';
  if (await isOnTerminal(running.pid)) {
    yield { status: 'ok', check, finding: 'there is a sample registry, for trying out' };
    return;
  }
  yield {
    status: 'warn',
    check,
    finding: 'there is a sample device, and its passwords stand in the log that `npm start` writes',
    advice: `before others use this: iotcore device delete ${deviceId}; iotcore registry delete ${registryId}`,
  };
}

/** Does the process print to a terminal, where nothing is kept? True where there is no `/proc` to tell. */
async function isOnTerminal(pid: number): Promise<boolean> {
  const target = await readlink(`/proc/${pid}/fd/1`).catch(() => '/dev/tty');
  return /^\/dev\/(pts|tty|null)/.test(target);
}
