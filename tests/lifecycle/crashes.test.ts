/** Whatever is killed outright: what remains goes on or ends, and the next start simply works. */
import { eventually, fullTest } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import {
  killOutright,
  type NpmStart,
  sharedFolder,
  started,
  theApi,
  theMqttServer,
  thePostgres,
  theSupervisor,
} from './support/npm-start.ts';
import { familyOf } from './support/process-table.ts';

async function isReady(start: NpmStart): Promise<boolean> {
  const { addresses } = await start.runFile();
  const pages = [`${addresses['api']}/readyz`, `${addresses['admin']}/readyz`];
  const answers = await Promise.all(pages.map((page) => fetch(page).then(({ status }) => status)));
  return answers.every((status) => status === 200);
}

/** One after the other. */
const dataDir = sharedFolder();

const children: readonly (readonly [string, RegExp])[] = [
  ['the API', theApi],
  ['the MQTT server', theMqttServer],
  ['Postgres', thePostgres],
];

// In `npm test`, lifecycle/several-processes.test.ts kills one.
fullTest.each(children)('%s is started again after kill -9, at the same address', async (_name, which) => {
  const start = await started(dataDir());
  const killed = start.pidOf(which);
  process.kill(killed, 'SIGKILL');
  await eventually('a new process', () => {
    start.family = familyOf(start.command.pid);
    return start.family.some(({ pid, command }) => which.test(command) && pid !== killed);
  });
  await eventually('all to be ready again', () => isReady(start));
  start.command.kill('SIGTERM');
  expect(await start.command.status()).toBe(0);
  await start.nothingIsLeft();
});

fullTest(
  'the start right after kill -9 of the supervisor works, on the same ports, and stops what was left',
  async () => {
    const first = await started(dataDir());
    const { addresses } = await first.runFile();
    const port = (name: string) => new URL(addresses[name] ?? '').port;
    process.kill(first.pidOf(theSupervisor), 'SIGKILL');
    const second = await started(first.dataDir, {
      IOT_API_PORT: port('api'),
      IOT_API_TLS_PORT: port('apiTls'),
      IOT_MQTTS_PORT: port('mqtts'),
      IOT_MQTT_PORT: port('mqtt'),
      IOT_MQTT_ADMIN_PORT: port('admin'),
    });
    expect(await isReady(second)).toBe(true);
    await first.nothingIsLeft();
  },
);

test('the start right after kill -9 of everything works, with the same data', async () => {
  const first = await started(dataDir());
  const mosquittoLine = /^\s*mosquitto_pub .*/m;
  killOutright(first.family);
  const second = await started(first.dataDir);
  expect(await isReady(second)).toBe(true);
  const password = (start: NpmStart) =>
    /-P (\S+)/.exec(mosquittoLine.exec(start.command.text)?.[0] ?? '')?.[1];
  expect(password(second)).toBe(password(first));
  expect(password(second)).toMatch(/./);
});
