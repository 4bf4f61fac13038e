import type { NetworkBlock } from '@iotcore/store/data-plane';
import { expect, onTestFinished, test } from 'vitest';
import { NetworkBlocks } from './network-blocks.ts';

function setUp(live: readonly string[] = []) {
  const state = { now: 0, blocks: [] as NetworkBlock[], failing: 0 };
  const ended: string[] = [];
  const failures: unknown[] = [];
  const blocks = new NetworkBlocks({
    async read() {
      if (state.failing-- > 0) throw new Error('away');
      return state.blocks;
    },
    addresses: () => live,
    end: (isBlocked) => ended.push(...live.filter(isBlocked)),
    now: () => state.now,
    failed: (error) => failures.push(error),
  });
  onTestFinished(() => blocks.stop());
  const block = (network: string, endsAt: number) => ({ network, endsAt: new Date(endsAt) });
  return { state, blocks, ended, failures, block };
}

test('nobody is blocked before anything was read', () => {
  expect(setUp().blocks.isBlocked('192.0.2.1')).toBe(false);
});

test('an address of a blocked range is blocked until its end, others never', async () => {
  const { state, blocks, block } = setUp();
  state.blocks = [block('192.0.2.0/24', 1000), block('2001:db8::/32', 2000)];
  await blocks.reload();
  const blocked = () =>
    ['192.0.2.7', '2001:db8::7', '198.51.100.7', '2001:db9::7', 'no address'].map((one) =>
      blocks.isBlocked(one),
    );
  expect(blocked()).toEqual([true, true, false, false, false]);
  state.now = 1000;
  expect(blocked()).toEqual([false, true, false, false, false]);
  state.now = 2000;
  expect(blocked()).toEqual([false, false, false, false, false]);
});

test('sessions from a range end when it is blocked, and no others', async () => {
  const { state, blocks, block, ended } = setUp(['192.0.2.7', '198.51.100.7', '192.0.2.8']);
  await blocks.reload();
  expect(ended).toEqual([]);
  state.blocks = [block('192.0.2.0/24', 1000)];
  await blocks.reload();
  expect(ended).toEqual(['192.0.2.7', '192.0.2.8']);
  state.blocks = [];
  await blocks.reload();
  expect([blocks.isBlocked('192.0.2.7'), ended.length]).toEqual([false, 2]);
});

test('what cannot be read is read again, and what was known holds until then', async () => {
  const { state, blocks, block, failures } = setUp();
  state.blocks = [block('192.0.2.0/24', 1000)];
  await blocks.reload();
  state.blocks = [block('198.51.100.0/24', 1000)];
  state.failing = 1;
  const reloaded = blocks.reload();
  await expect.poll(() => failures.length).toBe(1);
  expect(blocks.isBlocked('192.0.2.7')).toBe(true);
  await reloaded;
  expect([blocks.isBlocked('192.0.2.7'), blocks.isBlocked('198.51.100.7')]).toEqual([false, true]);
});

test('a reading that fails for ever ends with a stop', async () => {
  const { state, blocks, failures } = setUp();
  state.failing = Number.POSITIVE_INFINITY;
  const reading = blocks.reload();
  await blocks.stop();
  await reading;
  expect(failures).toHaveLength(1);
});
