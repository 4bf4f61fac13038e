import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { casesOf } from '@iotcore/testkit';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ProcessMessage } from './run-process.ts';

const index = join(import.meta.dirname, '..', 'index.ts');
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'iotcore-process-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly messages: ProcessMessage[];
  /** Standard output and error together. */
  text(): string;
  status(): Promise<number | null>;
  /** Resolves once the text matches. */
  says(pattern: RegExp): Promise<void>;
}

/** What makes a process whose `start` has this body. */
const sourceOf = (start: string) => `
    import { runProcess, StartupError } from ${JSON.stringify(index)};
    const hold = setInterval(() => {}, 1000);
    await runProcess({ name: 'test', stopDeadlineMs: 300, start: async ({ signal, logger }) => { ${start} },
      loadRest: async () => process.stdout.write('REST') });`;

function run(start: string, env: Record<string, string> = {}): Run {
  const child = spawn(process.execPath, ['--input-type=module', '-e', sourceOf(start)], {
    env: { ...process.env, IOT_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  }) as ChildProcess & { stdout: Readable; stderr: Readable };
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const messages: ProcessMessage[] = [];
  child.on('message', (message: ProcessMessage) => messages.push(message));
  let text = '';
  let changed = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
      changed();
    });
  }
  // Not 'close', which Node does not emit once the channel was closed from this side.
  const ends = [once(child, 'exit'), once(child.stdout, 'end'), once(child.stderr, 'end')] as const;
  const closed = Promise.all(ends).then(([[status]]) => status as number | null);
  return {
    child,
    messages,
    text: () => text,
    status: () => closed,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        changed = () => pattern.test(text) && resolve();
        changed();
        void closed.then(() => reject(new Error(`ended without saying ${pattern}: ${text}`)));
      }),
  };
}

const serves = `return { addresses: { api: 'http://here' }, stop: async () => { process.stdout.write('STOP\\n'); } };`;

describe('a process that cannot start', () => {
  test('says why in a line of its own, tells its parent, and exits with status 1', async () => {
    const { status, text, messages } = run(`throw new StartupError('IOT_API_PORT: taken')`);
    expect(await status()).toBe(1);
    expect(text()).toBe('test: IOT_API_PORT: taken\n');
    expect(messages).toEqual([{ type: 'startup-error', message: 'IOT_API_PORT: taken' }]);
  });

  test('names bad settings without having begun', async () => {
    const { status, text } = run(`process.stdout.write('BEGUN');`, { IOT_API_PORT: 'x', IOT_NO: 'y' });
    expect(await status()).toBe(1);
    expect(text()).not.toContain('BEGUN');
    expect(text()).toMatch(
      /test: IOT_NO.*\n.*test: IOT_API_PORT="x"|test: IOT_API_PORT="x".*\n.*test: IOT_NO/s,
    );
  });

  test('logs an unexpected error and exits with status 1', async () => {
    const { status, text } = run(`throw new TypeError('oops')`);
    expect(await status()).toBe(1);
    expect(JSON.parse(text())).toMatchObject({ level: 'fatal', err: { type: 'TypeError', message: 'oops' } });
  });
});

describe('a process that runs', () => {
  test('tells its parent that it is ready, and where', async () => {
    const { child } = run(serves);
    const [message] = await once(child, 'message');
    expect(message).toEqual({ type: 'ready', addresses: { api: 'http://here' } });
  });

  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  test.each(casesOf(signals, (signal) => signal === 'SIGTERM'))(
    'stops on %s, once, with status 0',
    async (signal) => {
      const { child, status, text } = run(serves);
      await once(child, 'message');
      child.kill(signal);
      child.kill(signal);
      expect(await status()).toBe(0);
      expect(text().match(/STOP/g)).toHaveLength(1);
    },
  );

  test('stops when its parent is gone', async () => {
    const { child, status, text } = run(serves);
    await once(child, 'message');
    child.disconnect();
    expect(await status()).toBe(0);
    expect(text()).toContain('STOP');
  });

  test('stops when its parent is gone that it has no channel to, if it is told to watch for that', async () => {
    const source = sourceOf(`process.stdout.write('READY\\n'); ${serves}`);
    const parent = spawn(
      'sh',
      ['-c', '"$0" "$@" & wait', process.execPath, '--input-type=module', '-e', source],
      {
        env: { ...process.env, IOT_DATA_DIR: dataDir, IOT_INTERNAL_ENDS_WITH_PARENT: 'on' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let text = '';
    for await (const part of parent.stdout.setEncoding('utf8')) {
      text += part;
      if (text.endsWith('READY\n')) parent.kill('SIGKILL');
    }
    expect(text).toContain('parent gone');
    expect(text).toContain('STOP');
  });

  test('is ended when its stop takes too long', async () => {
    const { child, status, text } = run(`return { addresses: {}, stop: () => new Promise(() => {}) };`);
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await status()).toBe(1);
    expect(text()).toContain('could not stop in time');
  });

  test('logs an error that nobody caught and exits with status 1', async () => {
    const { status, text } = run(`setTimeout(() => Promise.reject(new Error('astray'))); ${serves}`);
    expect(await status()).toBe(1);
    expect(text()).toContain('astray');
  });
});

test('a process that only loads ends with status 0 without having begun, and has loaded what is loaded late', async () => {
  const { status, text } = run(`process.stdout.write('BEGUN');`, { IOT_INTERNAL_LOADS_ONLY: 'on' });
  expect(await status()).toBe(0);
  expect(text()).toBe('REST');
});

test('a start that does not give up is ended', async () => {
  const { child, status, text, says } = run(
    `process.stdout.write('WAITING\\n'); await new Promise(() => {});`,
  );
  await says(/WAITING/);
  child.kill('SIGTERM');
  expect(await status()).toBe(1);
  expect(text()).toContain('could not stop in time');
});

test('a process goes on when the reader of its output has ended', async () => {
  const { child } = run(`
    process.on('message', () => process.stdout.write('to nobody', () => process.send('wrote')));
    ${serves}`);
  await once(child, 'message');
  child.stdout?.destroy();
  child.send('write');
  expect(await once(child, 'message')).toContain('wrote');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

describe('a log that nobody reads', () => {
  const floods = `
    const line = 'x'.repeat(1000);
    for (let lines = 0; lines < 5000; lines++) logger.info(line);
    return { addresses: {}, stop: async () => {} };`;

  test('neither stalls the process nor keeps it from ending', async () => {
    const { child } = run(floods);
    child.stdout?.pause();
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('is told how much was lost once it is read again', async () => {
    const { child, says } = run(floods);
    child.stdout?.pause();
    await once(child, 'message');
    child.stdout?.resume();
    await says(/"lines":\d+,"msg":"log lines were lost"/);
  });

  test('is whole at the end of a process when it is read', async () => {
    const { child, status, text } = run(`
      return { addresses: {}, stop: async () => { for (let n = 0; n < 500; n++) logger.info({ n }, 'x'.repeat(500)); } };`);
    await once(child, 'message');
    child.kill('SIGTERM');
    expect(await status()).toBe(0);
    const numbers = [...text().matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n));
    expect(numbers).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(text().trimEnd().split('\n').at(-1)).toContain('"msg":"stopped"');
  });
});

test('a start that waits is given up on a signal, with status 0 and without having become ready', async () => {
  const { child, status, messages, says } = run(`
    process.stdout.write('WAITING\\n');
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));`);
  await says(/WAITING/);
  child.kill('SIGTERM');
  expect(await status()).toBe(0);
  expect(messages).toEqual([]);
});
