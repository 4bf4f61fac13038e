/** The client in Java of docs/tutorials/clients.md, with the library that Debian has, compiled and run as it stands there. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command, connectMqtt, makePassword, repositoryRoot, sharedInstallation } from '@iotcore/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const installation = sharedInstallation();
const page = readFileSync(join(repositoryRoot, 'docs/tutorials/clients.md'), 'utf8');
const [, program = ''] = /^## Java \(FuseSource.*?^```java\n(.*?)^```$/ms.exec(page) ?? [];
const libraries = ['mqtt-client', 'hawtbuf', 'hawtdispatch', 'hawtdispatch-transport'];
const classPath = ['.', ...libraries.map((name) => `/usr/share/java/${name}.jar`)].join(':');

let folder: string;
let registryId: string;
let deviceId: string;
const password = makePassword();

beforeAll(async () => {
  const { api, caPem, mqttsPort } = installation();
  registryId = (await api.createRegistry({ password })).id;
  deviceId = (await api.createDevice(registryId, { password })).id;
  folder = mkdtempSync(join(tmpdir(), 'iotcore-java-'));
  writeFileSync(join(folder, 'ca.crt'), caPem);
  const here = program.replace('iot.example.com:8883', `localhost:${mqttsPort}`);
  expect(here).not.toBe(program);
  writeFileSync(join(folder, 'Device.java'), here);
  await promisify(execFile)('javac', ['-Werror', '-cp', classPath, 'Device.java'], { cwd: folder });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const device = (secret: string) =>
  new Command('env', ['-C', folder, 'java', '-cp', classPath, 'Device'], {
    DEVICE_ID: deviceId,
    DEVICE_PASSWORD: secret,
  });

test('with a wrong password it is not let in, and says so', async () => {
  const refused = device(makePassword());
  await refused.line(/NOT_AUTHORIZED|BAD_USERNAME_OR_PASSWORD/);
  expect(refused.text).not.toContain('commands');
});

test('its reading arrives, and it prints the command that it gets', async () => {
  const registry = await connectMqtt({ ...installation().overTls, username: registryId, password });
  await registry.subscribe(`$devices/${deviceId}/events`);
  const client = device(password);
  const reading = await registry.messages.next();
  expect(reading.payload.toString()).toBe('{"temperature":21}');
  await registry.publish(`$devices/${deviceId}/commands`, 'open', { qos: 1 });
  expect(await client.line(/open/)).toBe('$me/device/commands: open');
});
