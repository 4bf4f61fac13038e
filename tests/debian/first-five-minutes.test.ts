/** What README.md says to do, done with the programs that it names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, eventually, repositoryRoot, run } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { npmStart, temporaryFolder } from '../lifecycle/support/npm-start.ts';

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');

/**
 * The packages of this clone, each by a link, with our own as they are in the new one. Without them the start downloads 300 MB, which
 * `npm run prove -- start cold-cache` tries.
 */
const withPackages = `
mkdir node_modules
ln -s "$ROOT"/node_modules/* "$ROOT"/node_modules/.bin "$ROOT"/node_modules/.package-lock.json node_modules/
rm node_modules/@iotcore
cp -a "$ROOT"/node_modules/@iotcore node_modules/
`;

test('a fresh clone starts with the two lines of README.md', async () => {
  const place = await temporaryFolder();
  const [, block = ''] = /```sh\n(git clone .*?)```/s.exec(readme) ?? [];
  const here = block
    .replace('<this repository>', '"$ROOT"')
    .replace('npm start', `${withPackages}exec npm start`);
  const ports = ['API', 'API_TLS', 'MQTTS', 'MQTT', 'MQTT_ADMIN'].map((of) => [`IOT_${of}_PORT`, '0']);
  const command = new Command('bash', ['-ec', `cd '${place}'\n${here}`], {
    ...Object.fromEntries(ports),
    ROOT: repositoryRoot,
    IOT_CONSOLE: 'off',
  });
  await command.line(/^mosquitto_pub /);
  const [, commands = ''] = /```sh\n(npx iotcore .*?)```/s.exec(readme) ?? [];
  const { status, text } = await run('bash', '-ec', `cd '${join(place, 'iotcore')}'\n${commands}`);
  expect(status, text).toBe(0);
  expect(text).toContain('sample-device');
  command.kill('SIGINT');
  expect(await command.status(), command.text).toBe(0);
});

test('the printed lines, pasted into two terminals, exchange a message', async () => {
  const { command } = await npmStart(await temporaryFolder());
  const subscriberLine = await command.line(/^mosquitto_sub /);
  const publisherLine = await command.line(/^mosquitto_pub /);
  const subscriber = new Command('sh', ['-c', subscriberLine]);
  // As a person does: the subscriber does not say when it is there.
  await eventually('the message', async () => {
    expect(await run('sh', '-c', publisherLine)).toEqual({ status: 0, text: '' });
    return subscriber.text.startsWith('hello');
  });
});

test('the call in README.md shows the sample registry', async () => {
  const { dataDir, command } = await npmStart(await temporaryFolder());
  const api = /API +(http:\S+)/.exec(command.text)?.[1] ?? '';
  const call = /^curl .*$/m.exec(readme)?.[0] ?? '';
  expect(call).toContain('http://127.0.0.1:8080/');
  const here = call
    .replace('http://127.0.0.1:8080', api)
    .replace('data/admin.token', `${dataDir}/admin.token`);
  const { status, text } = await run('sh', '-c', here.replace(/^curl /, 'curl -s '));
  expect(status, text).toBe(0);
  expect(JSON.parse(text).registries).toEqual([
    expect.objectContaining({ name: 'sample-registry', status: 'ACTIVE' }),
  ]);
});
