/** `iotcore config check`: all that keeps a server with these settings from its start, before it is started. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCertificate } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { iotcore } from './support/iotcore.ts';

function write(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'iotcore-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return (name: string) => join(folder, name);
}

const tlsOf = (path: (name: string) => string) =>
  `IOT_TLS_CERT_FILE=${path('cert.pem')}\nIOT_TLS_KEY_FILE=${path('key.pem')}\n`;

test('settings with their files are well', async () => {
  const { certPem, keyPem } = await makeCertificate();
  const path = write({ 'cert.pem': certPem, 'key.pem': keyPem });
  writeFileSync(path('iotcore.env'), tlsOf(path));
  const { status, stderr } = await iotcore(['config', 'check', path('iotcore.env')]);
  expect([status, stderr]).toEqual([0, 'the settings are well\n']);
});

test('everything that is wrong is told at once, a line each, and ends with 2', async () => {
  const path = write({});
  writeFileSync(
    path('iotcore.env'),
    `${tlsOf(path)}IOT_MQTTS_PROT=1\nIOT_API_PORT=x\nDATABASE_URL_FILE=${path('database.url')}\n`,
  );
  const { status, stderr } = await iotcore(['config', 'check', path('iotcore.env')]);
  expect(status).toBe(2);
  const lines = stderr
    .replace(/^iotcore: /, '')
    .trimEnd()
    .split('\n');
  expect(lines).toEqual([
    `${path('iotcore.env')}, line 3: there is no setting IOT_MQTTS_PROT (docs/settings.md lists all)`,
    `DATABASE_URL_FILE=${path('database.url')}: cannot be read (ENOENT)`,
    expect.stringMatching(/^IOT_API_PORT="x": expected a port/),
    `IOT_TLS_CERT_FILE=${path('cert.pem')}: cannot be read (ENOENT)`,
    `IOT_TLS_KEY_FILE=${path('key.pem')}: cannot be read (ENOENT)`,
  ]);
});

test('a key of another certificate is told of', async () => {
  const [{ certPem }, { keyPem }] = await Promise.all([makeCertificate(), makeCertificate()]);
  const path = write({ 'cert.pem': certPem, 'key.pem': keyPem });
  writeFileSync(path('iotcore.env'), tlsOf(path));
  const { status, stderr } = await iotcore(['config', 'check', path('iotcore.env')]);
  expect([status, stderr]).toEqual([
    2,
    'iotcore: IOT_TLS_CERT_FILE, IOT_TLS_KEY_FILE: the key is not the key of the certificate\n',
  ]);
});
