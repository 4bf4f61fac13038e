import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, makePassword, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, test } from 'vitest';
import { iotcore, iotcoreIn, type Outcome, Run } from './support/iotcore.ts';

const installation = sharedInstallation();

let folder: string;
let registry: string[];
let device: string[];
let deviceId: string;
let registryId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-mqtt-'));
  const { api, caPem } = installation();
  const passwords = { registry: makePassword(), device: makePassword() };
  ({ id: registryId } = await api.createRegistry({ password: passwords.registry }));
  ({ id: deviceId } = await api.createDevice(registryId, { password: passwords.device }));
  registry = ['-u', registryId, '-P', passwords.registry];
  device = ['-u', deviceId, '-P', passwords.device];
  writeFileSync(join(folder, 'ca.crt'), caPem);
  return () => rmSync(folder, { recursive: true });
});

/** How every command reaches the server: over TLS, verified. */
const env = () => ({
  IOTCORE_MQTT: `localhost:${installation().mqttsPort}`,
  IOTCORE_CA: join(folder, 'ca.crt'),
  IOTCORE_DATA_DIR: folder,
});
const mqtt = (...line: string[]): Promise<Outcome> => iotcoreIn(folder, ['mqtt', ...line], { env: env() });

async function subscribe(...line: string[]): Promise<Run> {
  const run = new Run(['mqtt', 'subscribe', ...line], { env: env(), cwd: folder });
  await run.says('subscribed to');
  return run;
}

describe('it is refused', () => {
  test('with a wrong password', async () => {
    const outcome = await mqtt(
      'publish',
      '-u',
      deviceId,
      '-P',
      'wrong',
      '-t',
      '$me/device/events',
      '-m',
      'x',
    );
    expect(outcome).toMatchObject({
      status: 4,
      stdout: '',
      stderr: expect.stringContaining('the password is wrong'),
    });
  });

  test('on a topic that is not its own', async () => {
    const published = await mqtt('publish', ...device, '-t', '$devices/other/events', '-m', 'x');
    expect(published).toMatchObject({ status: 4, stderr: expect.stringContaining('topic is not allowed') });
    const subscribed = await mqtt('subscribe', ...device, '-t', '$devices/other/events', '--timeout', '20s');
    expect(subscribed.status).toBe(4);
    expect(subscribed.stderr).toContain('$devices/other/events');
  });

  test('by a server whose certificate an unknown authority signed, or is for another name', async () => {
    const line = ['publish', ...device, '-t', '$me/device/events', '-m', 'x'];
    const { certPem } = await makeCertificate({ authority: true });
    writeFileSync(join(folder, 'other.crt'), certPem);
    expect(await mqtt(...line, '--ca', 'other.crt')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('unknown authority'),
    });
  });

  test('when fewer messages come in time than were asked for', async () => {
    const outcome = await mqtt(
      'subscribe',
      ...registry,
      '-t',
      '$me/registry/events',
      '--count',
      '1',
      '--timeout',
      '1s',
    );
    expect(outcome).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('0 of 1 messages'),
    });
  });

  test('when nobody listens', async () => {
    const outcome = await mqtt('publish', ...device, '-t', 'x', '-m', 'x', '--server', 'mqtts://127.0.0.1:1');
    expect(outcome).toMatchObject({ status: 6, stderr: expect.stringContaining('ECONNREFUSED') });
  });
});

test('what a device publishes by password its registry hears, line by line', async () => {
  const hears = await subscribe(...registry, '-t', '$devices/+/events/#', '--count', '3', '--format', 'json');
  const lines = ['mqtt', 'publish', ...device, '-t', '$me/device/events/hall', '--stdin'];
  const sent = await iotcore(lines, { env: env(), input: 'one\ntwo\n' });
  expect(sent).toMatchObject({
    status: 0,
    stdout: '',
    stderr: expect.stringContaining('published 2 messages'),
  });
  writeFileSync(join(folder, 'bytes'), Buffer.from([0xff, 0x00]));
  await mqtt(
    'publish',
    '--device-id',
    ...device.slice(1),
    '-t',
    '$me/device/events',
    '-f',
    'bytes',
    '-q',
    '0',
    '--debug',
  );
  const { status, stdout } = await hears.end();
  expect(status).toBe(0);
  const topic = `$devices/${deviceId}/events`;
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { topic: `${topic}/hall`, qos: 1, retain: false, payload: 'one' },
    { topic: `${topic}/hall`, qos: 1, retain: false, payload: 'two' },
    { topic, qos: 0, retain: false, payload_base64: '/wA=' },
  ]);
});

test('a device with a certificate hears its registry, until Ctrl-C; packets are shown without secrets', async () => {
  const { certPem, keyPem } = await makeCertificate({ key: 'rsa' });
  writeFileSync(join(folder, 'cert.pem'), certPem);
  writeFileSync(join(folder, 'key.pem'), keyPem);
  await installation().api.addCertificate({ deviceId }, certPem);
  const hears = await subscribe(
    '--cert',
    'cert.pem',
    '--key',
    'key.pem',
    '-t',
    '$me/device/commands',
    '--details',
  );
  const sent = await mqtt(
    'publish',
    ...registry,
    '--debug',
    '-t',
    `$devices/${deviceId}/commands`,
    '-m',
    'open\u001b[2J',
  );
  expect(sent.stderr).toMatch(/^> CONNECT /m);
  expect(sent.stderr).toMatch(/^< CONNACK .*returnCode=0/m);
  expect(sent.stderr).toMatch(/^> PUBLISH .*bytes=8/m);
  expect(sent.stderr).not.toContain(registry.at(-1));
  expect(sent.stderr).not.toContain('open');
  await hears.says('qos 1  open\\u{1b}[2J');
  hears.interrupt();
  expect((await hears.end()).status).toBe(0);
});

test('the messages of a device are followed as they come, until Ctrl-C, and a filter of others is refused', async () => {
  const { api, apiUrl, adminToken } = installation();
  const { id } = await api.createDevice(registryId);
  const env = { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken };
  const refused = new Run(['device', 'messages', id, '--filter', '$devices/other/events'], { env });
  expect((await refused.end()).status).not.toBe(0);
  const follow = new Run(['device', 'messages', id, '--follow', '--format', 'json'], { env });
  const publish = (data: string) =>
    api.must('POST', `/iot-devices/v1/devices/${id}/publish`, {
      topic: `$devices/${id}/events`,
      data: Buffer.from(data).toString('base64'),
    });
  // It says nothing before the first message: this one may be too early.
  const trying = setInterval(() => void publish('early'), 200);
  await follow.says('"topic"').finally(() => clearInterval(trying));
  await publish('hot');
  await follow.says(Buffer.from('hot').toString('base64'));
  follow.interrupt();
  expect((await follow.end()).status).toBe(0);
});

test('a connection log is followed: what happened, and then what happens, each once', async () => {
  const { api, apiUrl, adminToken } = installation();
  const password = makePassword();
  const { id } = await api.createDevice(registryId, { password });
  const connect = () => mqtt('publish', '-u', id, '-P', password, '-t', '$me/device/events', '-m', 'x');
  await connect();
  const follow = new Run(['device', 'logs', id, '--follow', '--format', 'json'], {
    env: { IOTCORE_ENDPOINT: apiUrl, IOTCORE_TOKEN: adminToken },
  });
  await follow.says('"disconnected');
  const before = follow.stdout.length;
  await connect();
  await follow.says('"disconnected', before);
  follow.interrupt();
  const { status, stdout } = await follow.end();
  expect(status).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(new Set(lines).size).toBe(lines.length);
  const messages = lines.map((line): string => JSON.parse(line).message);
  expect(messages.map((message) => /^\w+/.exec(message)?.[0])).toEqual([
    'connected',
    'disconnected',
    'connected',
    'disconnected',
  ]);
});
