/**
 * `npm run bench:migration`: how long an export takes to import, and how much memory that takes.
 *
 *   npm run bench:migration -- [--devices 10000,100000]
 *
 * Each size is made as an export (one ECDSA certificate a device, every other device with an alias), and imported into an
 * installation without anything in it, by the command line as a user runs it; then once more, when everything is there.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeFleet, writeExport } from '@iotcore/testkit/exports';
import { type Server, startPostgres, startServer } from './api/server.ts';

const { values } = parseArgs({ options: { devices: { type: 'string', default: '10000,100000' } } });
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const cli = new URL('../apps/cli/src/main.ts', import.meta.url).pathname;

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-migration-'));
  try {
    const postgres = await startPostgres(folder);
    say(`Measured on ${cpus().length} × ${cpus()[0]?.model}.\n`);
    say('| devices | import | memory of the command line | memory of the API | once more |');
    say('| ---: | ---: | ---: | ---: | ---: |');
    for (const size of values.devices.split(',').map(Number)) {
      const made = join(folder, `export-${size}`);
      await writeExport(made, await makeFleet({ devices: size, credentials: 'ecdsa' }));
      const server = await startServer(postgres, folder, `fleet_${size}`);
      const first = await runImport(server, made);
      const again = await runImport(server, made);
      const apiMiB = await peakMiB(server.pid);
      await server.stop();
      say(`| ${size} | ${first.seconds} s | ${first.mib} MiB | ${apiMiB} MiB | ${again.seconds} s |`);
    }
    await postgres.stop();
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runImport(server: Server, folder: string): Promise<{ seconds: string; mib: number }> {
  const began = performance.now();
  const child = spawn(process.execPath, [cli, 'migrate', 'yandex', folder], {
    env: { PATH: process.env['PATH'], IOTCORE_ENDPOINT: server.origin, IOTCORE_TOKEN: server.token },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  let complaint = '';
  child.stderr.on('data', (chunk) => {
    complaint += chunk;
  });
  let mib = 0;
  const watch = setInterval(async () => {
    mib = Math.max(mib, await peakMiB(child.pid ?? 0));
  }, 100);
  const [status] = await exited;
  clearInterval(watch);
  if (status !== 0) throw new Error(`the import ended with ${status}: ${complaint}`);
  return { seconds: ((performance.now() - began) / 1_000).toFixed(1), mib };
}

/** The most memory that a process has had; 0 once it is gone, and where there is no /proc. */
async function peakMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}

await main();
