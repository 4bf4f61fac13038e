import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fullTest } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';

const file = join(import.meta.dirname, 'give-back-memory.ts');

/** A process that has made garbage of 40 MB and then waits; each line that it reads is answered with what its heap takes, in MB. */
function idleProcess(afterStart: string) {
  const source = `
    import { giveBackMemory } from ${JSON.stringify(file)};
    let kept = Array.from({ length: 300_000 }, (_, n) => ({ n, text: 'started ' + n }));
    kept = undefined;
    ${afterStart}
    process.stdin.on('data', () => console.log(process.memoryUsage().heapTotal / 1e6));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    env: { ...process.env, NODE_OPTIONS: '--max-semi-space-size=2' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill();
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (): Promise<number> => {
    child.stdin.write('?\n');
    return Number((await answers.next()).value);
  };
}

// V8 waits for eight seconds.
fullTest('what a start left is given back by a process that then waits', async () => {
  const heapMb = idleProcess('giveBackMemory(0);');
  await expect.poll(heapMb, { interval: 500 }).toBeLessThan(20);
});

test('is no reason to stay', async () => {
  const source = `import { giveBackMemory } from ${JSON.stringify(file)}; giveBackMemory(2 ** 30);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: 'inherit' });
  onTestFinished(() => {
    child.kill();
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
});
