/** The clients and commands that the documentation of the old service gives its users, unchanged but for the host. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate, makePassword, run, sharedInstallation } from '@iotcore/testkit';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { byPassword, type Login, Mosquitto } from './mosquitto.ts';

const installation = sharedInstallation();

const mosquitto = new Mosquitto(installation);

let registry: Login;
let device: Login;

beforeAll(async () => {
  const { api } = installation();
  const { id: registryId } = await api.createRegistry();
  registry = await mosquitto.login(registryId, { registryId });
  const { id: deviceId } = await api.createDevice(registryId);
  device = await mosquitto.login(deviceId, { deviceId });
});

const byCertificate = ({ cert, key }: { cert: string; key: string }) => ['--cert', cert, '--key', key];

describe('mosquitto_pub and mosquitto_sub by password', () => {
  test('a device sends telemetry to its registry', async () => {
    const topic = `$devices/${device.id}/events`;
    const listener = await mosquitto.subscribed(1, ...byPassword(registry), '-t', topic);
    expect(await mosquitto.publish(...byPassword(device), '-t', topic, '-m', 'Test data')).toEqual({
      status: 0,
      text: '',
    });
    expect(await listener.status()).toBe(0);
    expect(listener.text).toMatch(/^Test data$/m);
  });

  test('a registry sends a command to its device', async () => {
    const topic = `$devices/${device.id}/commands`;
    const listener = await mosquitto.subscribed(1, ...byPassword(device), '-t', topic);
    expect((await mosquitto.publish(...byPassword(registry), '-t', topic, '-m', 'on')).status).toBe(0);
    expect(await listener.status()).toBe(0);
    expect(listener.text).toMatch(/^on$/m);
  });

  test('a wrong password is refused', async () => {
    const login = byPassword({ ...device, password: makePassword() });
    const { status, text } = await mosquitto.publish(...login, '-t', 'x', '-m', 'x');
    expect(status).not.toBe(0);
    expect(text).toMatch(/bad user ?name or password/i);
  });

  test('the password of another is refused', async () => {
    const login = byPassword({ ...device, password: registry.password });
    const { status, text } = await mosquitto.publish(...login, '-t', 'x', '-m', 'x');
    expect(status).not.toBe(0);
    expect(text).toMatch(/bad user ?name or password/i);
  });

  test('a subscription to a foreign topic is denied', async () => {
    const filter = `$devices/${registry.id}/commands`;
    const { text } = await mosquitto.subscribe(...byPassword(device), '-t', filter);
    expect(text).toContain('All subscription requests were denied');
  });

  test('a server that another authority vouches for is not trusted', async () => {
    const other = join(await folder(), 'other.crt');
    await writeFile(other, (await makeCertificate({ authority: true })).certPem);
    const args = ['-h', 'localhost', '-p', String(installation().mqttsPort), '--cafile', other];
    const { status, text } = await run('mosquitto_pub', ...args, ...byPassword(device), '-t', 'x', '-m', 'x');
    expect(status).not.toBe(0);
    expect(text).toMatch(/TLS|certificate/i);
  });
});

describe('by a certificate that openssl made', () => {
  test.each([
    ['rsa', ['-newkey', 'rsa:2048']],
    ['ecdsa', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
    ['ed25519', ['-newkey', 'ed25519']],
  ])('%s: a device sends telemetry, its registry hears it', async (_kind, options) => {
    const registryFiles = await opensslCertificate(options);
    const deviceFiles = await opensslCertificate(options);
    const { api } = installation();
    await api.addCertificate(registry.owner, await readFile(registryFiles.cert, 'utf8'));
    await api.addCertificate(device.owner, await readFile(deviceFiles.cert, 'utf8'));

    const topic = `$devices/${device.id}/events`;
    const listener = await mosquitto.subscribed(1, ...byCertificate(registryFiles), '-t', topic);
    const sent = await mosquitto.publish(...byCertificate(deviceFiles), '-t', topic, '-m', 'Test data');
    expect(sent).toEqual({ status: 0, text: '' });
    expect(await listener.status()).toBe(0);
    expect(listener.text).toMatch(/^Test data$/m);
  });

  test('one that nobody has is refused', async () => {
    const files = await opensslCertificate(['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']);
    const { status, text } = await mosquitto.publish(...byCertificate(files), '-t', 'x', '-m', 'x');
    expect(status).not.toBe(0);
    expect(text).toMatch(/not authori[sz]ed/i);
  });

  test("the fingerprint in the API is openssl's own", async () => {
    const files = await opensslCertificate(['-newkey', 'rsa:2048']);
    const pem = await readFile(files.cert, 'utf8');
    const { fingerprint } = await installation().api.addCertificate(device.owner, pem);
    const { text } = await run('openssl', 'x509', '-in', files.cert, '-noout', '-fingerprint', '-sha1');
    expect(text.replace(/^.*=/, '').replaceAll(':', '').toLowerCase()).toBe(fingerprint);
  });
});

/** `openssl req -x509`, as users are told to make certificates for their devices. */
async function opensslCertificate(options: string[]): Promise<{ cert: string; key: string }> {
  const at = await folder();
  const files = { cert: join(at, 'cert.pem'), key: join(at, 'key.pem') };
  const output = [
    '-nodes',
    '-keyout',
    files.key,
    '-out',
    files.cert,
    '-days',
    '365',
    '-subj',
    '/CN=localhost',
  ];
  const { status, text } = await run('openssl', 'req', '-x509', ...options, ...output);
  expect(status, text).toBe(0);
  return files;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
