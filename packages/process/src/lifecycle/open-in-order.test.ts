import { expect, test } from 'vitest';
import { openInOrder } from './open-in-order.ts';
import type { ProcessContext } from './run-process.ts';

const context = {} as ProcessContext;

test('what a start that fails had begun ends in the reverse order, and the failure is told', async () => {
  const ended: string[] = [];
  const start = openInOrder(async (_context, cleanups) => {
    for (const part of ['database', 'port']) cleanups.add(async () => ended.push(part));
    throw new Error('no certificate');
  });
  await expect(start(context)).rejects.toThrow('no certificate');
  expect(ended).toEqual(['port', 'database']);
});

test('what a start began ends when it is stopped, and not before', async () => {
  const ended: string[] = [];
  const start = openInOrder(async (_context, cleanups) => {
    for (const part of ['database', 'port']) cleanups.add(async () => ended.push(part));
    return { api: 'http://127.0.0.1:8080' };
  });
  const running = await start(context);
  expect([running.addresses, ended]).toEqual([{ api: 'http://127.0.0.1:8080' }, []]);
  await running.stop();
  expect(ended).toEqual(['port', 'database']);
});
