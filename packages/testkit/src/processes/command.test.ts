import { describe, expect, test } from 'vitest';
import { Command, run } from './command.ts';

describe('a command', () => {
  test('gives its status and what it printed', async () => {
    expect(await run('sh', '-c', 'echo out; echo err >&2; exit 3')).toEqual({
      status: 3,
      text: expect.stringMatching(/^(out\nerr|err\nout)$/),
    });
  });

  test('is followed line by line', async () => {
    const command = new Command('sh', ['-c', 'echo one; echo two; exec sleep 60']);
    expect(await command.line(/^t/)).toBe('two');
    command.kill('SIGTERM');
    expect(await command.status()).toBe(null);
  });

  test('that ends without the line fails', async () => {
    await expect(new Command('sh', ['-c', 'echo one']).line(/two/)).rejects.toThrow(
      'ended without a line like /two/:\none',
    );
  });

  test('that is not there fails', async () => {
    await expect(run('no-such-program')).rejects.toThrow('ENOENT');
  });

  test('takes what it started with it', async () => {
    const below = '(trap "echo gone; exit" TERM; echo up; while :; do sleep 0.01; done)';
    const command = new Command('sh', ['-c', `${below} & wait`]);
    await command.line(/up/);
    command.kill('SIGTERM');
    await command.status();
    expect(command.text.split('\n')).toEqual(expect.arrayContaining(['up', 'gone']));
  });
});
