import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Child } from './child.ts';

async function run(source: string, env = {}): Promise<Child> {
  const folder = await mkdtemp(join(tmpdir(), 'iotcore-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const script = join(folder, 'program.mjs');
  await writeFile(script, source);
  const child = new Child({ name: 'program', script: [script], env });
  onTestFinished(async () => {
    await child.stop();
  });
  return child;
}

const ready = `process.send({ type: 'ready', addresses: { api: 'http://127.0.0.1:1' } });`;

describe('a child process', () => {
  test('is ready when it says so, and tells where it listens', async () => {
    const child = await run(`${ready} setInterval(() => {}, 1000);`);
    expect(await child.ready).toEqual({ api: 'http://127.0.0.1:1' });
    expect(child.running).toBe(true);
  });

  test('that ends before it is ready fails, and shows what it wrote', async () => {
    const child = await run(`console.error('port taken'); process.exitCode = 1;`);
    await expect(child.ready).rejects.toThrow(/program ended \(1\) before it was ready:\nport taken/);
    expect(child.running).toBe(false);
  });

  test('is told to stop, and its exit status is seen', async () => {
    const child = await run(
      `process.on('SIGTERM', () => process.exit(7)); ${ready} setInterval(() => {}, 1000);`,
    );
    await child.ready;
    child.kill('SIGTERM');
    expect(await child.waitExit()).toEqual({ code: 7, signal: null });
    expect(await child.stop()).toEqual({ code: 7, signal: null });
  });

  test('can be killed', async () => {
    const child = await run(`process.on('SIGTERM', () => {}); ${ready} setInterval(() => {}, 1000);`);
    await child.ready;
    child.kill('SIGKILL');
    expect(await child.waitExit()).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('sees its own settings, and none of the environment of the tests', async () => {
    process.env['IOT_LOG_LEVEL'] = 'trace';
    onTestFinished(() => {
      delete process.env['IOT_LOG_LEVEL'];
    });
    const print = `console.log(JSON.stringify(Object.keys(process.env).filter((name) => name.startsWith('IOT_'))));`;
    const child = await run(print, { IOT_API_PORT: '0', IOT_SAMPLE: undefined });
    await child.exited;
    expect(JSON.parse(child.output)).toEqual(['IOT_API_PORT']);
  });
});
