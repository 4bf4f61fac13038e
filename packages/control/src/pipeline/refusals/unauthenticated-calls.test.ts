import type { NewAuditEvent } from '@iotcore/store/control';
import { expect, test } from 'vitest';
import { UnauthenticatedCalls } from './unauthenticated-calls.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

function counter(
  record: (events: readonly NewAuditEvent[]) => Promise<void> = async () => {},
  now: () => Date = () => new Date(),
) {
  const recorded: NewAuditEvent[] = [];
  const recordEvents = async (events: readonly NewAuditEvent[]) => {
    await record(events);
    recorded.push(...events);
  };
  return { calls: new UnauthenticatedCalls({ store: { recordEvents }, logger: quiet, now }), recorded };
}
const from = (address: string) => ({
  credential: 'Bearer secret',
  address,
  userAgent: 'test/1',
  requestId: 'last',
});

test('where nobody called nothing is recorded', async () => {
  const { calls, recorded } = counter();
  await calls.flush();
  expect(recorded).toEqual([]);
});

test('many calls become one event, which holds no credential', async () => {
  let time = '2026-01-01T00:00:00Z';
  const { calls, recorded } = counter(undefined, () => new Date(time));
  for (let n = 0; n < 500; n += 1) calls.count('devices.DeleteRegistry', from('192.0.2.1'));
  calls.count('devices.CreateDevice', from('2001:db8::1'));
  time = '2026-01-01T00:01:00Z';
  await calls.flush();
  expect(recorded).toEqual([
    {
      at: new Date('2026-01-01T00:01:00Z'),
      eventType: 'iam.UnauthenticatedCalls',
      callerId: undefined,
      remoteIp: '2001:db8::1',
      userAgent: 'test/1',
      requestId: 'last',
      folderId: undefined,
      resourceId: undefined,
      code: 16,
      details: {
        calls: 501,
        since: '2026-01-01T00:00:00.000Z',
        byEventType: { 'devices.DeleteRegistry': 500, 'devices.CreateDevice': 1 },
        byNetwork: { '192.0.2.1': 500, '2001:db8:0:0::/64': 1 },
      },
    },
  ]);
  expect(JSON.stringify(recorded)).not.toContain('secret');
  await calls.flush();
  expect(recorded).toHaveLength(1);
});

test('of very many addresses the first are named, and the calls of all others are counted together', async () => {
  const { calls, recorded } = counter();
  for (let n = 0; n < 250; n += 1) calls.count('devices.CreateDevice', from(`198.51.100.${n}`));
  await calls.flush();
  const byNetwork = recorded[0]?.details['byNetwork'] as Record<string, number>;
  expect(Object.keys(byNetwork)).toHaveLength(21);
  expect(byNetwork['others']).toBe(230);
});

test('what could not be recorded is recorded with the next ones', async () => {
  let isAway = true;
  const { calls, recorded } = counter(() => (isAway ? Promise.reject(new Error('away')) : Promise.resolve()));
  calls.count('devices.CreateDevice', from('192.0.2.1'));
  const failing = calls.flush();
  calls.count('devices.CreateDevice', from('192.0.2.2'));
  await failing;
  isAway = false;
  await calls.flush();
  expect(recorded.map(({ details }) => details['calls'])).toEqual([2]);
});
