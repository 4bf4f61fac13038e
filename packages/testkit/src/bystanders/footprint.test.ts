import { describe, expect, test } from 'vitest';
import { eventually } from '../deadline.ts';
import { startInstallation } from '../processes/start-installation.ts';
import { expectNothingKept, footprint, keptBeyond } from './footprint.ts';

const before = new Map([
  ['mqtt sessions', 2],
  ['mqtt handles', 11],
  ['api memory', 2 ** 27],
]);
const after = (name: string, value: number) => new Map(before).set(name, value);

describe('what a process keeps', () => {
  test.each([
    ['a session', after('mqtt sessions', 3), 'mqtt sessions: 3 after 2'],
    ['handles', after('mqtt handles', 24), 'mqtt handles: 24 after 11'],
    ['memory', after('api memory', 2 ** 29), `api memory: ${2 ** 29} after ${2 ** 27}`],
    ['a number that it no longer tells', after('mqtt handles', Number.NaN), 'mqtt handles: NaN after 11'],
    ['nothing more, for it is gone', new Map(), 'mqtt sessions: NaN after 2'],
  ])('is told: %s', (_what, now, line) => {
    expect(keptBeyond(before, now)).toContain(line);
  });

  test('is nothing when it is as much as before, or connections to the database more', () => {
    expect(keptBeyond(before, before)).toEqual([]);
    expect(keptBeyond(before, after('mqtt handles', 23))).toEqual([]);
  });
});

/** What a signal makes the program do, one after the other. 40 MiB each, of the heap and beside it. */
const misdeeds = `
  const kept = [];
  const strings = (count) => Array.from({ length: count }, () => Buffer.alloc(1 << 20).toString('latin1'));
  const steps = [
    () => strings(100),
    () => kept.push(strings(40)),
    () => { kept.pop(); kept.push(Buffer.alloc(40 << 20)); },
    () => { kept.pop(); for (let n = 0; n < 20; n += 1) kept.push(setInterval(() => {}, 1e6)); },
    async () => {
      for (const timer of kept.splice(0)) clearInterval(timer);
      const { createServer } = await import('node:net');
      for (let n = 0; n < 20; n += 1) kept.push(createServer().listen(0, '127.0.0.1'));
    },
  ];
  let done = 0;
  process.on('SIGUSR2', async () => {
    await steps[done]();
    done += 1;
    process.stdout.write('\\nmisdeeds: ' + done + '\\n');
  });`;

test('a real process is seen to keep memory, timers and handles, and not what it could give back', async () => {
  const installation = await startInstallation({
    programs: ['mqtt'],
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(misdeeds)}` },
  });
  const start = await footprint(installation);
  let done = 0;
  const next = async () => {
    installation.program('mqtt').kill('SIGUSR2');
    done += 1;
    await eventually('the misdeed', () => installation.logs().includes(`misdeeds: ${done}\n`));
  };
  // Looks once: it is not waited for what does not go.
  const atOnceMs = 1;
  await next();
  await expectNothingKept(installation, start);
  for (const what of ['memory', 'memory', 'timers', 'handles']) {
    await next();
    await expect(expectNothingKept(installation, start, atOnceMs)).rejects.toThrow(`mqtt ${what}: `);
  }
});
