import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createLogger } from './logging/logger.ts';
import { Secret } from './secret.ts';

const secret = new Secret('hunter2');

test('a secret has no printable form', () => {
  const shown = [
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ a: [secret] }),
    format('%o', secret),
  ];
  for (const text of shown) expect(text).not.toContain('hunter2');
  expect(JSON.stringify(Object.entries(secret))).toBe('[]');
});

test('a secret does not reach the log, however it is logged', () => {
  let lines = '';
  const destination = {
    write: (line: string) => {
      lines += line;
    },
  };
  const logger = createLogger('test', { logLevel: 'info' }, { destination });
  logger.info({ secret, nested: { deep: [secret] }, err: new Error(`no: ${secret}`) }, 'said %s', secret);
  expect(JSON.parse(lines)).toMatchObject({ name: 'test', level: 'info', secret: '[secret]' });
  expect(lines).not.toContain('hunter2');
});

test('only code that asks for it gets it', () => {
  expect(secret.reveal()).toBe('hunter2');
});
