import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSettings, settingsProblems } from './read.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'iotcore-settings-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

test('every file that a setting names and that cannot be read has a line, beside all that is wrong otherwise', () => {
  const place = folder();
  const none = (name: string) => join(place, name);
  const url = `postgresql://u:hunter2@db/iot?sslrootcert=${none('db-ca.crt')}`;
  const files = [
    'IOT_TLS_CERT_FILE',
    'IOT_NATS_CREDENTIALS_FILE',
    'IOT_NATS_CA_FILE',
    'IOT_DATA_STREAMS_FILE',
  ];
  const problems = settingsProblems({
    ...Object.fromEntries(files.map((variable) => [variable, none(variable)])),
    IOT_MQTTS_PROT: '1',
    IOT_API_PORT: 'x',
    DATABASE_URL: url,
  });
  expect(problems).toHaveLength(8);
  expect(problems).toEqual(
    expect.arrayContaining([
      `DATABASE_URL: sslrootcert=${none('db-ca.crt')}: cannot be read (ENOENT)`,
      expect.stringMatching(/^IOT_API_PORT="x": expected a port/),
      expect.stringMatching(/^IOT_MQTTS_PROT: there is no such setting/),
      'IOT_TLS_CERT_FILE and IOT_TLS_KEY_FILE: expected both or neither',
      ...files.map((variable) => `${variable}=${none(variable)}: cannot be read (ENOENT)`),
    ]),
  );
  expect(problems.join()).not.toContain('hunter2');
});

test('a folder is no file', () => {
  const place = folder();
  expect(settingsProblems({ IOT_NATS_CA_FILE: place })).toEqual([
    `IOT_NATS_CA_FILE=${place}: cannot be read (EISDIR)`,
  ]);
});

test('a certificate and a key that are none are told of, and nothing of what they hold', () => {
  const [certificate, key] = [join(folder(), 'cert.pem'), join(folder(), 'key.pem')];
  for (const file of [certificate, key]) writeFileSync(file, 'hunter2');
  expect(settingsProblems({ IOT_TLS_CERT_FILE: certificate, IOT_TLS_KEY_FILE: key })).toEqual([
    'IOT_TLS_CERT_FILE, IOT_TLS_KEY_FILE: not a certificate and its key in PEM form',
  ]);
});

test('settings are read without a look at the files that they name: not every process uses every file', () => {
  expect(readSettings({ IOT_NATS_CA_FILE: '/nonexistent' }).natsCaFile).toBe('/nonexistent');
});
