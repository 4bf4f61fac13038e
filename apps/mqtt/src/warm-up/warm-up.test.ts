import { expect, test } from 'vitest';
import { warmUp } from './warm-up.ts';

const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length;

test('messages go through, and no socket or listener is left', async () => {
  const before = sockets();
  expect(await warmUp(60_000)).toBeGreaterThan(0);
  await expect.poll(sockets).toBeLessThanOrEqual(before);
});

test('it ends when its time is over, however far it is, and leaves nothing', async () => {
  const before = sockets();
  await warmUp(1).catch(() => 0);
  await expect.poll(sockets).toBeLessThanOrEqual(before);
});
