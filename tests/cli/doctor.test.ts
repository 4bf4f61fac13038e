import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { Secret, writeRunFile } from '@iotcore/process';
import { listen, makeCertificate, sharedInstallation } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { iotcore, iotcoreIn } from './support/iotcore.ts';

const installation = sharedInstallation({ programs: ['supervisor'] });

interface Finding {
  readonly check: string;
  readonly status: string;
  readonly finding: string;
  readonly details?: Record<string, unknown>;
}

async function doctor(line: readonly string[] = [], env: Record<string, string> = {}) {
  const { dataDir } = installation();
  const outcome = await iotcore(['doctor', ...line, '--format', 'json'], {
    env: { IOTCORE_DATA_DIR: dataDir, ...env },
  });
  const findings: Finding[] = JSON.parse(outcome.stdout);
  const byCheck = new Map(findings.map((finding) => [finding.check, finding]));
  return { ...outcome, findings, of: (check: string) => byCheck.get(check) };
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('doctor', () => {
  test('fails when nothing runs, and says what to do', async () => {
    const { status, findings, stderr } = await doctor([], { IOTCORE_DATA_DIR: makeFolder() });
    expect(status).toBe(1);
    expect(stderr).toContain('not well: API');
    expect(findings.find(({ check }) => check === 'API')?.finding).toMatch(/npm start/);
  });

  /** Findings about a data folder that says that these are its addresses. */
  async function doctorOf(addresses: Record<string, string>) {
    const folder = makeFolder();
    await writeRunFile(folder, { pid: process.pid, databaseUrl: new Secret(''), addresses });
    return doctor([], { IOTCORE_DATA_DIR: folder });
  }

  test('fails for everything that does not answer, whatever the data folder says', async () => {
    const { status, of } = await doctorOf({
      api: 'http://127.0.0.1:9',
      mqtt: 'mqtt://0.0.0.0:9',
      mqtts: 'mqtts://127.0.0.1:9',
      admin: 'http://127.0.0.1:9',
    });
    expect(status).toBe(1);
    for (const check of ['API', 'MQTT over TCP', 'MQTT server'])
      expect(of(check)).toMatchObject({
        status: 'fail',
        finding: expect.stringMatching(/:9 does not answer$/),
      });
    expect(of('MQTT over TLS')).toMatchObject({ status: 'fail' });
    expect(of('disk'), 'the rest is checked all the same').toBeDefined();
  });

  test.each([
    ['{"database":"away"}', 'serves those it knows; its database is away'],
    ['{}', 'takes no connections'],
  ])('fails for servers that are not ready: %s', async (body, finding) => {
    const head = `HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: ${body.length}`;
    const port = await listen((socket) => socket.once('data', () => socket.end(`${head}\r\n\r\n${body}`)));
    const { status, of } = await doctorOf({
      api: `http://127.0.0.1:${port}`,
      mqtt: `mqtt://127.0.0.1:${port}`,
      admin: `http://127.0.0.1:${port}`,
    });
    expect(status).toBe(1);
    expect(of('API')?.status).toBe('ok');
    expect(of('database')).toMatchObject({ status: 'fail', finding: 'the API does not reach it' });
    expect(of('MQTT over TCP'), 'which takes connections').toMatchObject({ status: 'ok' });
    expect(of('MQTT server')).toMatchObject({ status: 'fail', finding });
  });

  test('fails for a token that is not good, and checks the rest all the same', async () => {
    const { status, of } = await doctor([], { IOTCORE_TOKEN: 'nobody' });
    expect(status).toBe(1);
    expect(of('token')?.status).toBe('fail');
    expect(of('MQTT over TLS')?.status).toBe('ok');
  });

  test('is content with what has just been started', async () => {
    const { status, findings, stderr } = await doctor();
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(findings.map(({ check }) => check)).toEqual([
      'API',
      'database',
      'clock',
      'token',
      'IDs',
      'MQTT over TCP',
      'MQTT server',
      'file handles',
      'MQTT over TLS',
      'server certificate',
      'authority',
      'disk',
    ]);
    expect(findings.filter(({ status: one }) => one === 'fail')).toEqual([]);
  });
});

describe('doctor tls', () => {
  const server = () => `localhost:${installation().mqttsPort}`;

  test('fails for an authority that did not sign', async () => {
    const folder = makeFolder();
    const { certPem } = await makeCertificate({ authority: true });
    writeFileSync(join(folder, 'other.crt'), certPem);
    const other = await doctor(['tls', server(), '--ca', join(folder, 'other.crt')]);
    expect(other.status).toBe(1);
    expect(other.of('trust')?.finding).toMatch(/does not verify against the authority given/);
  });

  test('fails for a name that the certificate lacks', async () => {
    const folder = makeFolder();
    const { certPem: cert, keyPem: key } = await makeCertificate({
      authority: true,
      names: ['other.example'],
    });
    writeFileSync(join(folder, 'other.crt'), cert);
    const other = createServer({ cert, key }).listen(0, '127.0.0.1');
    onTestFinished(() => {
      other.close();
    });
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, of } = await doctor(['tls', `127.0.0.1:${port}`, '--ca', join(folder, 'other.crt')]);
    expect(status).toBe(1);
    expect(of('trust')?.finding).toMatch(/not for that name/);
    expect(of('names')?.finding).toBe('DNS:other.example');
    expect(of('certificate')?.details).toMatchObject({ key_type: 'ec', key_size: 'prime256v1' });
  });

  test('fails where nobody speaks TLS', async () => {
    const { apiUrl, dataDir } = installation();
    const outcome = await iotcore(['doctor', 'tls', new URL(apiUrl).host], {
      env: { IOTCORE_DATA_DIR: dataDir },
    });
    expect(outcome).toMatchObject({ status: 6, stderr: expect.stringContaining('does not speak TLS') });
  });

  test('shows what a device will see', async () => {
    const { status, of } = await doctor(['tls', server()]);
    expect(status).toBe(0);
    expect(of('TLS 1.2')).toMatchObject({ status: 'ok', details: { accepted: true } });
    expect(of('TLS 1.3')).toMatchObject({ status: 'ok', details: { accepted: true } });
    expect(of('TLS 1.0')).toMatchObject({ status: 'ok', details: { accepted: false } });
    expect(of('TLS 1.1')).toMatchObject({ status: 'ok', details: { accepted: false } });
    expect(of('certificate')?.details).toMatchObject({ key_type: 'rsa', key_size: 2048 });
    expect(of('certificate')?.finding).toMatch(/RSA 2048; \S+; \d+ bytes$/);
    expect(of('chain')?.details).toMatchObject({ bytes: expect.any(Number) });
    expect(of('names')?.finding).toContain('DNS:localhost');
    expect(of('trust')?.finding).toMatch(/verifies against .*ca\.crt, for localhost/);
  });
});

test('it runs from any folder, and through a link', async () => {
  const folder = makeFolder();
  symlinkSync(installation().dataDir, join(folder, 'data'));
  const outcome = await iotcoreIn(folder, ['registry', 'list', '--data-dir', 'data']);
  // Where nothing was created, that is said.
  expect(outcome).toMatchObject({
    status: 0,
    stderr: expect.stringMatching(/^(no registries in [^\n]*\n)?$/),
  });
});
