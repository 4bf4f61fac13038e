import { expect, test } from 'vitest';
import { warmUp } from './warm-up.ts';

const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length;

test('messages go through, and no socket or listener is left', async () => {
  const before = sockets();
  expect(await warmUp()).toBeGreaterThan(0);
  await expect.poll(sockets).toBe(before);
});
