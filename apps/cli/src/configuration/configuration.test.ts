import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, writeRunFile } from '@iotcore/process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodes } from '../exit-codes.ts';
import { Configuration, mqttUrl } from './configuration.ts';
import { readProfiles, writeProfiles } from './profiles.ts';

let folder: string;
let dataDir: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iotcore-cli-'));
  dataDir = join(folder, 'data');
  config = join(folder, 'config.json');
  mkdirSync(dataDir);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** An `npm start` on the data folder: this process stands for it. */
async function start(): Promise<void> {
  const addresses = { api: 'http://0.0.0.0:8080', mqtts: 'mqtts://[::]:8883' };
  await writeRunFile(dataDir, { pid: process.pid, databaseUrl: new Secret('postgresql://x'), addresses });
  writeFileSync(join(dataDir, 'admin.token'), 'of-the-folder\n');
}

const profile = {
  endpoint: 'https://profile.example',
  token: 'of-the-profile',
  mqtt: 'mqtts://profile.example:1',
};
const keep = (active: string | undefined) =>
  writeProfiles(config, { active, byName: new Map([['plant', profile]]) });

const configure = (flags = {}, env = {}) =>
  new Configuration(flags, { IOTCORE_CONFIG: config, IOT_DATA_DIR: dataDir, ...env });
const tokenOf = async (configuration: Configuration) => (await configuration.token()).reveal();

describe('a token is never sent to another installation', () => {
  test('that of the data folder to a named endpoint', async () => {
    await start();
    await expect(configure({ endpoint: 'http://elsewhere' }).token()).rejects.toMatchObject({
      exitCode: exitCodes.denied,
      message: expect.stringContaining('no token for http://elsewhere'),
    });
    await expect(configure({}, { IOTCORE_ENDPOINT: 'http://elsewhere' }).token()).rejects.toThrow(/no token/);
  });

  test('that of the profile to a named endpoint', async () => {
    await keep('plant');
    await start();
    await expect(configure({ endpoint: 'http://elsewhere' }).token()).rejects.toThrow(/no token/);
  });

  test('that of the data folder to the endpoint of a profile without one', async () => {
    await start();
    await writeProfiles(config, { active: 'bare', byName: new Map([['bare', { endpoint: 'http://bare' }]]) });
    await expect(configure().token()).rejects.toThrow(/no token for http:\/\/bare/);
  });
});

describe('it is refused, with what to do', () => {
  test('when nothing runs', async () => {
    await expect(configure().endpoint()).rejects.toMatchObject({
      exitCode: exitCodes.unavailable,
      message: expect.stringMatching(/nothing runs on the data folder .*npm start.*--endpoint/),
    });
    await expect(configure().mqtt()).rejects.toThrow(/--server/);
  });

  test('what is no address, no profile, no readable file', async () => {
    await expect(configure({ endpoint: 'localhost:8080' }).endpoint()).rejects.toThrow(
      /no address of an API/,
    );
    for (const text of ['', 'http://x', 'mqtts://', 'a b'])
      expect(() => mqttUrl(text)).toThrow(/no address of an MQTT/);
    await expect(configure({ profile: 'other' }).endpoint()).rejects.toThrow(/no profile other/);
    await expect(configure().authority(join(folder, 'none.crt'))).rejects.toThrow(
      /cannot be read \(ENOENT\)/,
    );
    writeFileSync(config, '{');
    await expect(configure().endpoint()).rejects.toThrow(/mend it or remove it/);
  });
});

test('flags go before the environment, that before a profile, that before the data folder', async () => {
  await start();
  expect(await configure().endpoint()).toBe('http://127.0.0.1:8080');
  expect((await configure().mqtt()).host).toBe('localhost:8883');
  expect(await tokenOf(configure())).toBe('of-the-folder');
  await keep('plant');
  expect(await configure().endpoint()).toBe(profile.endpoint);
  expect((await configure().mqtt()).host).toBe('profile.example:1');
  expect(await tokenOf(configure())).toBe('of-the-profile');
  const env = { IOTCORE_ENDPOINT: 'http://env/', IOTCORE_TOKEN: 'of-env', IOTCORE_MQTT: 'env' };
  expect(await configure({}, env).endpoint()).toBe('http://env');
  expect((await configure({}, env).mqtt()).href).toBe('mqtts://env:8883');
  const flags = { endpoint: 'http://flag', token: 'of-flag' };
  expect(await configure(flags, env).endpoint()).toBe('http://flag');
  expect(await tokenOf(configure(flags, env))).toBe('of-flag');
  const both = { endpoint: 'http://flag', dataDir };
  expect(await tokenOf(configure(both)), 'of the folder that was named with it').toBe('of-the-folder');
});

test('profiles are for their owner alone, and may be named like a member of every object', async () => {
  await writeProfiles(config, { active: '__proto__', byName: new Map([['__proto__', profile]]) });
  expect(statSync(config).mode & 0o777).toBe(0o600);
  expect((await readProfiles(config)).byName.get('__proto__')).toEqual(profile);
  expect(await configure().endpoint()).toBe(profile.endpoint);
});
