/**
 * `npm run bench:console`: the console in Debian's Chromium, or the one that CHROMIUM names, on the embedded Postgres: the first load,
 * a registry of very many devices, a live view of more messages than anybody reads.
 *
 *   npm run bench:console -- [--only load|devices|live] [--devices 100000] [--installation 1000000] [--minutes 10]
 *
 * `--minutes 0`: only what a live view costs the MQTT server.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres, startServer } from '../../../bench/api/server.ts';
import { measureDevices } from './devices.ts';
import { measureFirstLoad } from './first-load.ts';
import { measureLive } from './live.ts';
import { launch } from './tab.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    devices: { type: 'string', default: '100000' },
    installation: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '10' },
  },
});
const folderId = 'bench';
const isWanted = (part: string) => (values.only ?? part) === part;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), 'iotcore-bench-'));
const stops: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true })];
try {
  const postgres = await startPostgres(folder);
  stops.push(() => postgres.stop());
  const server = await startServer(postgres, folder, 'console');
  stops.push(() => server.stop());
  const browser = await launch();
  stops.push(() => browser.close());
  say(
    `${browser.version()}, ${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} at the beginning.\n`,
  );
  say('| what | measured | at most | |\n| --- | --: | --: | --- |');
  for (let n = 0; n < 20; n += 1)
    await server.caller.post('/iot-devices/v1/registries', { folderId, name: `site-${n}` });
  if (isWanted('load')) await measureFirstLoad(browser, server, folderId);
  if (isWanted('devices')) {
    const counts = { ofRegistry: Number(values.devices), ofInstallation: Number(values.installation) };
    await measureDevices(browser, server, folderId, counts);
  }
  if (isWanted('live')) await measureLive(browser, server, folderId, Number(values.minutes));
} finally {
  for (const stop of stops.reverse()) await stop();
}
