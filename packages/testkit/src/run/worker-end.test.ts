import { expect, test } from 'vitest';
import { atWorkerEnd, endWorker } from './worker-end.ts';

test('the end of a worker does all that it was given, the last first, whatever fails', async () => {
  const done: string[] = [];
  atWorkerEnd(async () => done.push('first'));
  atWorkerEnd(async () => {
    throw new Error('stuck');
  });
  atWorkerEnd(async () => done.push('last'));
  await expect(endWorker()).rejects.toThrow('stuck');
  expect(done).toEqual(['last', 'first']);
  await endWorker();
  expect(done).toHaveLength(2);
});
