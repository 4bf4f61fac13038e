/** What README.md says to do, done with the programs that it names. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, eventually, repositoryRoot, run } from '@iotcore/testkit';
import { expect, test } from 'vitest';
import { npmStart, temporaryFolder } from '../lifecycle/support/npm-start.ts';

const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');

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
