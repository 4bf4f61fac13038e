import { Secret } from '@iotcore/process';
import { expect, onTestFinished, test, vi } from 'vitest';
import { keepTicketKeys, ticketKeysLifetimeMs } from './ticket-keys.ts';

function keep(secret?: Secret, now = () => Date.now()) {
  const keys: string[] = [];
  onTestFinished(keepTicketKeys(secret, (key) => keys.push(key.toString('hex')), now));
  return keys;
}

test('processes with one secret have one key, others have their own', () => {
  const now = () => 5 * ticketKeysLifetimeMs;
  const [one, same] = [keep(new Secret('shared'), now), keep(new Secret('shared'), now)];
  expect(one).toEqual(same);
  expect(one[0]).toHaveLength(96);
  for (const other of [keep(new Secret('another'), now), keep(), keep()]) expect(other).not.toEqual(one);
  expect(keep()).not.toEqual(keep());
});

test('a key ends with its time, for all processes that share it at the same moment', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  vi.setSystemTime(10 * ticketKeysLifetimeMs + 1_000);
  const early = keep(new Secret('shared'));
  vi.advanceTimersByTime(ticketKeysLifetimeMs / 2);
  const late = keep(new Secret('shared'));
  expect(late).toEqual(early);
  vi.advanceTimersByTime(ticketKeysLifetimeMs / 2);
  expect([early.length, late.length]).toEqual([2, 2]);
  expect(late[1]).toBe(early[1]);
  expect(late[1]).not.toBe(late[0]);
});
