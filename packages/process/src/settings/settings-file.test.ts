import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readSettings, SettingsError } from './read.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'iotcore-settings-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function fileOf(content: string, name = 'iotcore.env'): string {
  const path = join(folder(), name);
  writeFileSync(path, content);
  return path;
}

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('a file of settings', () => {
  test('is refused for what is in it, all at once, and never shows a line that may be a secret', () => {
    const path = fileOf(
      'IOT_MQTTS_PORT=8884\nIOT_MQTTS_PROT=1\nhunter2\nIOT_MQTTS_PORT=8885\nPATH=/bin\nIOT_API_PORT=x\n',
    );
    const problems = problemsOf({ IOT_CONFIG_FILE: path });
    expect(problems).toEqual([
      `${path}, line 2: there is no setting IOT_MQTTS_PROT (docs/settings.md lists all)`,
      `${path}, line 3: expected NAME=value`,
      `${path}, line 4: IOT_MQTTS_PORT is set a second time`,
      `${path}, line 5: there is no setting PATH (docs/settings.md lists all)`,
      expect.stringMatching(/^IOT_API_PORT="x": expected a port/),
    ]);
    expect(problems.join()).not.toContain('hunter2');
  });

  test('is refused where it is not there, is a folder, or is much too large', () => {
    const missing = join(folder(), 'none');
    expect(problemsOf({ IOT_CONFIG_FILE: missing })).toEqual([
      `IOT_CONFIG_FILE=${missing}: cannot be read (ENOENT)`,
    ]);
    const path = folder();
    expect(problemsOf({ IOT_CONFIG_FILE: path })).toEqual([
      `IOT_CONFIG_FILE=${path}: cannot be read (EISDIR)`,
    ]);
    const large = fileOf('#'.repeat(1024 * 1024 + 1));
    expect(problemsOf({ IOT_CONFIG_FILE: large })).toEqual([
      `IOT_CONFIG_FILE=${large}: it has more than 1 MiB`,
    ]);
  });

  test('is read with comments, quotes, line ends of Windows and a byte order mark', () => {
    const path = fileOf(
      '\uFEFF# settings\r\n\r\n; more\r\nIOT_MQTTS_PORT = 1\r\n'.replace(' = 1', '="8884"') +
        "  export IOT_TLS_NAMES='a.example,b.example'  \r\nIOT_LOG_LEVEL=warn\r\n",
    );
    const { mqttsPort, tlsNames, logLevel } = readSettings({ IOT_CONFIG_FILE: path });
    expect([mqttsPort, tlsNames, logLevel]).toEqual([8884, ['a.example', 'b.example'], 'warn']);
  });

  test('says less than the environment does, and more than the defaults', () => {
    const path = fileOf('IOT_MQTTS_PORT=8884\nIOT_API_PORT=8081\n');
    const settings = readSettings({ IOT_CONFIG_FILE: path, IOT_MQTTS_PORT: '8885' });
    expect([settings.mqttsPort, settings.apiPort]).toEqual([8885, 8081]);
  });

  test('holds passwords with any characters', () => {
    const url = 'postgres://u:p%23%22%27%24%20=@localhost/db';
    for (const line of [`DATABASE_URL=${url}`, `DATABASE_URL="${url}"`, `DATABASE_URL='${url}'`]) {
      expect(readSettings({ IOT_CONFIG_FILE: fileOf(line) }).databaseUrl?.reveal()).toBe(url);
    }
  });
});

describe('a file for a secret', () => {
  const url = 'postgres://u:p@localhost/db';

  test('is read without the line break at its end, from the environment or the file of settings', () => {
    const secret = fileOf(`${url}\n`, 'url');
    expect(readSettings({ DATABASE_URL_FILE: secret }).databaseUrl?.reveal()).toBe(url);
    const path = fileOf(`DATABASE_URL_FILE=${secret}\n`);
    expect(readSettings({ IOT_CONFIG_FILE: path }).databaseUrl?.reveal()).toBe(url);
  });

  test('counts for less than the secret itself', () => {
    const secret = fileOf('postgres://other@localhost/db', 'url');
    expect(readSettings({ DATABASE_URL: url, DATABASE_URL_FILE: secret }).databaseUrl?.reveal()).toBe(url);
  });

  test('that the environment names counts for more than the secret in the file of settings', () => {
    const path = fileOf('DATABASE_URL=postgres://old@localhost/db\n');
    const env = { IOT_CONFIG_FILE: path, DATABASE_URL_FILE: fileOf(url, 'url') };
    expect(readSettings(env).databaseUrl?.reveal()).toBe(url);
  });

  test('that is empty ends the start, rather than count as none', () => {
    for (const content of ['', '\n', '\r\n']) {
      const secret = fileOf(content, 'url');
      expect(problemsOf({ DATABASE_URL_FILE: secret })).toEqual([`DATABASE_URL_FILE=${secret}: it is empty`]);
    }
  });

  test('that cannot be read, or holds no secret of that form, ends the start without a word of what it holds', () => {
    const secret = fileOf('hunter2', 'url');
    expect(problemsOf({ DATABASE_URL_FILE: secret }).join()).toMatch(/^DATABASE_URL: expected/);
    expect(problemsOf({ DATABASE_URL_FILE: secret }).join()).not.toContain('hunter2');
    chmodSync(secret, 0o000);
    if (process.getuid?.() !== 0)
      expect(problemsOf({ DATABASE_URL_FILE: secret })).toEqual([
        `DATABASE_URL_FILE=${secret}: cannot be read (EACCES)`,
      ]);
  });

  test('exists for secrets alone', () => {
    expect(problemsOf({ IOT_API_PORT_FILE: '/tmp/x' }).join()).toMatch(
      /^IOT_API_PORT_FILE: there is no such setting/,
    );
  });
});
