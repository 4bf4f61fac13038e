import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import { internalSettingsTable } from './internal-table.ts';
import { readSettings, SettingsError, shownSettings } from './read.ts';
import { settingsTable } from './table.ts';

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings that are refused', () => {
  test.each([
    ['IOT_API_PORT', '65536'],
    ['IOT_API_PORT', '-1'],
    ['IOT_API_PORT', '80.5'],
    ['IOT_API_PORT', ' 80'],
    ['IOT_API_PORT', '0x50'],
    ['IOT_MQTT_PORT', 'off'],
    ['IOT_API_HOST', 'all interfaces'],
    ['IOT_API_HOST', '127.0.0.1:80'],
    ['IOT_SAMPLE', 'yes'],
    ['IOT_LOG_LEVEL', 'INFO'],
    ['IOT_MQTT_ENGINE', 'mosquitto'],
    ['IOT_DATABASE_POOL_SIZE', '1'],
    ['IOT_TLS_NAMES', 'a,b c'],
    ['IOT_INTERNAL_MQTT_CHANGES_POLL_MS', '0'],
    ['IOT_MQTT_PROXY_PROTOCOL_FROM', '10.0.0.1'],
    ['IOT_MQTT_PROXY_PROTOCOL_FROM', '10.0.0.0/33'],
    ['IOT_MQTT_PROXY_PROTOCOL_FROM', '10.0.0.0/8,fe80::1%eth0/64'],
  ])('%s=%j is named with what would be right', (variable, value) => {
    expect(problemsOf({ [variable]: value })).toEqual([
      expect.stringMatching(new RegExp(`^${variable}="${value}": expected \\S`)),
    ]);
  });

  test('an unknown variable is named, with the one that was probably meant', () => {
    expect(problemsOf({ IOT_MQTTS_PROT: '1' })[0]).toMatch(/did you mean IOT_MQTTS_PORT\?/);
    expect(problemsOf({ IOT_SOMETHING_ELSE_ALTOGETHER: '1' })[0]).not.toMatch(/did you mean/);
  });

  test('an unknown variable is never taken for an internal one', () => {
    expect(problemsOf({ IOT_INTERNAL_MQTT_CHANGES_POL_MS: '1' })[0]).not.toContain('CHANGES_POLL');
  });

  test('a database URL is not repeated in the message: it holds a password', () => {
    const [problem] = problemsOf({ DATABASE_URL: 'mysql://root:hunter2@db/x' });
    expect(problem).toMatch(/^DATABASE_URL: expected a URL such as/);
    expect(problem).not.toContain('hunter2');
  });

  test('the user and the password of a URL that may have none are not repeated in the message', () => {
    for (const user of ['me:hunter2', ':hunter2', 'hunter2', 'me:hun@ter2']) {
      const [problem] = problemsOf({
        IOT_NATS_SERVERS: `tls://nats.example.com,tls://${user}@other.example.com`,
      });
      expect(problem).toMatch(
        /^IOT_NATS_SERVERS="tls:\/\/nats.example.com,tls:\/\/…@other.example.com": expected/,
      );
    }
  });

  test('a certificate without its key, and a key without its certificate', () => {
    for (const variable of ['IOT_TLS_CERT_FILE', 'IOT_TLS_KEY_FILE'])
      expect(problemsOf({ [variable]: 'a.pem' })).toEqual([expect.stringContaining('both or neither')]);
  });

  test('all problems are told at once', () => {
    const env = { IOT_API_PORT: 'x', IOT_MQTTS_PORT: 'y', IOT_NO: '', IOT_TLS_CERT_FILE: 'a.pem' };
    expect(problemsOf(env)).toHaveLength(4);
  });
});

describe('settings', () => {
  test('are all defaults in an empty environment, whatever else it holds', () => {
    const settings = readSettings({ PATH: '/bin', NIOT_X: '1', iot_x: '1' });
    expect(settings).toMatchObject({ apiHost: '127.0.0.1', apiPort: 8080, mqttsPort: 8883, mqttPort: 1883 });
    expect(settings).toMatchObject({ sample: true, logLevel: 'info', mqttAdminPort: 9464 });
    expect(settings.databaseUrl).toBeUndefined();
    expect(settings.dataDir).toBe(resolve('data'));
  });

  test('that are set to nothing count as not set, but for the plain MQTT port: that is switched off', () => {
    const settings = readSettings({ IOT_API_PORT: '', DATABASE_URL: '', IOT_MQTT_PORT: '' });
    expect(settings.apiPort).toBe(8080);
    expect(settings.databaseUrl).toBeUndefined();
    expect(settings.mqttPort).toBeUndefined();
  });

  test('are read as what they mean', () => {
    const settings = readSettings({
      DATABASE_URL: 'postgresql://u:p@db/iot',
      IOT_DATA_DIR: 'elsewhere',
      IOT_SAMPLE: 'off',
      IOT_API_HOST: '::1',
      IOT_TLS_NAMES: 'mqtt.example.com, 192.0.2.7',
      IOT_MQTT_PROXY_PROTOCOL_FROM: '10.0.0.0/8, 2001:db8::7/128',
    });
    expect(settings.databaseUrl).toBeInstanceOf(Secret);
    expect(settings.databaseUrl?.reveal()).toBe('postgresql://u:p@db/iot');
    expect(settings.dataDir).toBe(resolve('elsewhere'));
    expect(settings).toMatchObject({
      sample: false,
      apiHost: '::1',
      tlsNames: ['mqtt.example.com', '192.0.2.7'],
      mqttProxyProtocolFrom: ['10.0.0.0/8', '2001:db8::7/128'],
    });
  });

  test('each have a variable of their own', () => {
    const variables = [settingsTable, internalSettingsTable]
      .flatMap(Object.values)
      .map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
  });
});

test('what is shown of settings has what was given and what is usual, and no secret', () => {
  const shown = shownSettings({
    DATABASE_URL: 'postgresql://u:p@db/iot',
    IOT_AUDIT_DAYS: '30',
    IOT_NATS_SERVERS: 'tls://user:hidden@nats:4222',
  });
  expect(shown).toMatchObject({ IOT_AUDIT_DAYS: '30', IOT_MQTTS_PORT: '8883' });
  expect(shown).not.toHaveProperty('DATABASE_URL');
  expect(JSON.stringify(shown)).not.toMatch(/hidden|u:p/);
});
