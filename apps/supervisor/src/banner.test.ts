import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { banner, shellLine } from './banner.ts';

const addresses = {
  ...{ api: 'http://127.0.0.1:8080', admin: 'http://127.0.0.1:9464' },
  ...{ mqtts: 'mqtts://0.0.0.0:8883', mqtt: 'mqtt://127.0.0.1:1883' },
};

function folder(name = 'data'): string {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'iotcore-banner-')), name);
  onTestFinished(() => rmSync(join(dataDir, '..'), { recursive: true }));
  execFileSync('mkdir', [dataDir]);
  return dataDir;
}

test('a shell reads each word of a line as it was', () => {
  const words = ['printf', '%s\n', '$devices/x/#', `it's`, '', 'a b', '`id`', '!!', '"', '\\', '*', '~'];
  const read = execFileSync('sh', ['-c', shellLine(...words)], { encoding: 'utf8' });
  expect(read).toBe(`${words.slice(2).join('\n')}\n`);
});

test('without a sample there are no lines to paste', async () => {
  const text = await banner(folder(), addresses);
  expect(text).not.toContain('mosquitto');
  expect(text).toContain('http://127.0.0.1:8080/docs');
});

test('plain TCP that is switched off is said to be', async () => {
  const { mqtt: _off, ...others } = addresses;
  expect(await banner(folder(), others)).toMatch(/MQTT over TCP +off/);
});

test('the API over TLS is shown at a host that the certificate is for', async () => {
  const text = await banner(folder(), { ...addresses, apiTls: 'https://0.0.0.0:8443' });
  expect(text).toMatch(/API, gRPC \(TLS\) +https:\/\/localhost:8443\n/);
});

test('the lines to paste name a host that the certificate is for, in a folder with any name', async () => {
  const dataDir = folder(`it's mine`);
  const sample = { registryId: 'r', registryPassword: `p'$1`, deviceId: 'd', devicePassword: 'q' };
  writeFileSync(join(dataDir, 'sample.json'), JSON.stringify(sample));
  const [subscribe = ''] = (await banner(dataDir, addresses)).match(/^mosquitto_sub .*/m) ?? [];
  const words = execFileSync('sh', ['-c', subscribe.replace('mosquitto_sub', `printf '%s\\n'`)], {
    encoding: 'utf8',
  });
  expect(words.split('\n')).toEqual(
    expect.arrayContaining(['localhost', '8883', join(dataDir, 'ca.crt'), `p'$1`, '$devices/d/events/#']),
  );
});

test('no password is printed where it would be kept; where they stand is', async () => {
  const dataDir = folder();
  const sample = { registryId: 'r', registryPassword: 'Secret-1', deviceId: 'd', devicePassword: 'Secret-2' };
  writeFileSync(join(dataDir, 'sample.json'), JSON.stringify(sample));
  expect(await banner(dataDir, addresses)).toContain('Secret-2');
  const kept = await banner(dataDir, addresses, { isKept: true });
  expect(kept).not.toContain('Secret');
  expect(kept).toContain(join(dataDir, 'sample.json'));
});
