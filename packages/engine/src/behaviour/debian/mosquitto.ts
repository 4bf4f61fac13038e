import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findFreePort, isListening } from '@iotcore/testkit';

/**
 * Debian's Mosquitto on a free port, open to every client, except for topics that begin with `forbidden`. Resolves to its
 * port.
 */
export async function startMosquitto(cleanUp: (stop: () => Promise<void>) => void): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-mosquitto-'));
  const port = await findFreePort();
  const [conf, acl] = [join(folder, 'conf'), join(folder, 'acl')];
  await writeFile(acl, 'topic readwrite #\ntopic readwrite $s/#\ntopic deny forbidden/#\n', { mode: 0o600 });
  await writeFile(
    conf,
    `listener ${port} 127.0.0.1\nuser root\nallow_anonymous true\nallow_duplicate_messages true\nacl_file ${acl}\nlog_type error\n`,
  );
  const child = spawn('mosquitto', ['-c', conf], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  cleanUp(async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  });
  while (!(await isListening(port))) {
    if (child.exitCode !== null) throw new Error('mosquitto does not start');
    await pause(20);
  }
  return port;
}
