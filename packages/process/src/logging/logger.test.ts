import { expect, test } from 'vitest';
import { createLogger } from './logger.ts';

function logged(log: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  let text = '';
  const destination = {
    write: (line: string) => {
      text += line;
    },
  };
  log(createLogger('api', { logLevel: 'info' }, { destination }));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

test('an error is logged without what libraries hang on it', () => {
  const connection = { secretKey: 12345, password: 'hunter2' };
  const cause = Object.assign(new Error('lost'), {
    code: '57P01',
    client: connection,
    detail: 'Key (x)=(private)',
  });
  const [line] = logged((logger) => logger.error({ err: new Error('outer', { cause }) }, 'failed'));
  expect(line).toMatchObject({
    err: { type: 'Error', message: 'outer', cause: { message: 'lost', code: '57P01' } },
  });
  expect(JSON.stringify(line)).not.toMatch(/secretKey|hunter2|private/);
  expect(JSON.stringify(line)).toContain('logger.test.ts');
});

test('each line is a JSON object of its own, whatever is in it', () => {
  const lines = logged((logger) => logger.info({ name2: 'a\r\n\u001b[31m' }, 'two\nlines'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 'info', name: 'api', msg: 'two\nlines', pid: process.pid });
  expect(lines[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT/);
});

test('less important lines are left out', () => {
  expect(logged((logger) => logger.debug('detail'))).toEqual([]);
});
