import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createPrompt } from './prompt.ts';

/** A terminal that echoes what is typed, unless it is in raw mode, and answers the moment it is asked. */
function makeTerminal(answer: string) {
  const shown: string[] = [];
  let isRaw = false;
  const setRawMode = (raw: boolean) => {
    isRaw = raw;
  };
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
  const stderr = new PassThrough();
  stderr.on('data', (text: Buffer) => {
    shown.push(text.toString());
    if (!text.toString().includes(': ')) return;
    if (!isRaw) shown.push(answer);
    stdin.write(answer);
  });
  return { prompt: createPrompt({ stdin: stdin as never, stderr }), shown };
}

function piped(text: string) {
  const stdin = new PassThrough();
  stdin.end(text);
  return createPrompt({ stdin, stderr: new PassThrough() });
}

describe('a secret', () => {
  test('is not shown while it is typed, however fast the answer comes', async () => {
    const { prompt, shown } = makeTerminal('s3cret\r');
    expect(await prompt.secret('Password: ')).toBe('s3cret');
    expect(shown.join('')).toBe('Password: \n');
  });

  test('that is not there, or cancelled, is an error', async () => {
    await expect(piped('').secret('Password: ')).rejects.toThrow('nothing to read');
    await expect(makeTerminal('s3\u0003').prompt.secret('Password: ')).rejects.toThrow('cancelled');
    await expect(makeTerminal('\u0004').prompt.secret('Password: ')).rejects.toThrow('nothing to read');
  });

  test('is the first line of what is piped in', async () => {
    expect(await piped('s3cret\r\nmore\n').secret('Password: ')).toBe('s3cret');
  });
});

test('what is piped in confirms nothing', async () => {
  expect(await piped('yes\n').confirm('Sure?')).toBe(false);
});
