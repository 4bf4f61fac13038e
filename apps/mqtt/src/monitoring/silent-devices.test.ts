import type { DevicePrincipal } from '@iotcore/model';
import { expect, onTestFinished, test } from 'vitest';
import { Activity } from './activity.ts';
import { SilentDevices } from './silent-devices.ts';

const minute = 60_000;
const device = (id: string): DevicePrincipal => ({ kind: 'device', id, registryId: 'r' });

function setUp({ afterMs }: { afterMs: number | undefined } = { afterMs: 10 * minute }) {
  const clock = { now: 1_000_000 * minute };
  const activities: Activity[] = [];
  const online = new Map<string, number>();
  const told: string[] = [];
  const silent = new SilentDevices({
    afterMs,
    activities: () => activities,
    read: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const at = online.get(id);
          return at === undefined ? [] : [[id, { lastOnlineTime: new Date(at) }]];
        }),
      ),
    tell: ({ id }, since) => void told.push(`${id} since ${(clock.now - since.getTime()) / minute}`),
    now: () => clock.now,
    failed: (error) => void told.push(String(error)),
  });
  onTestFinished(() => silent.stop());
  const connect = (id: string) => {
    const activity = new Activity(device(id), 'n');
    activity.sessions = 1;
    activity.lastAuthTime = clock.now;
    activities.push(activity);
    silent.connected(device(id));
    return activity;
  };
  const pass = async (minutes: number) => {
    clock.now += minutes * minute;
    await silent.look();
  };
  return { clock, activities, online, told, silent, connect, pass };
}

test('a connected device that publishes is not told of; one that does not is, once', async () => {
  const { told, connect, pass, clock } = setUp();
  const busy = connect('busy');
  connect('mute');
  for (let round = 0; round < 4; round += 1) {
    busy.lastPubActivityTime = clock.now;
    await pass(5);
  }
  expect(told).toEqual(['mute since 10']);
});

test('a device that talks again and falls silent again is told of twice', async () => {
  const { told, connect, pass, clock } = setUp();
  const activity = connect('odd');
  await pass(10);
  activity.lastPubActivityTime = clock.now;
  await pass(1);
  await pass(10);
  expect(told).toEqual(['odd since 10', 'odd since 11']);
});

test('one that left is told of unless it came back, here or to another node, or was deleted', async () => {
  const { told, silent, online, pass, clock } = setUp();
  for (const id of ['away', 'back', 'elsewhere', 'deleted']) silent.disconnected(device(id));
  online.set('away', clock.now);
  silent.connected(device('back'));
  online.set('elsewhere', clock.now + 5 * minute);
  await pass(10);
  await pass(10);
  expect(told).toEqual(['away since 10']);
});

test('one that was deleted is not told of, though another has its ID and is silent, or its session is about to end', async () => {
  const { told, silent, online, connect, pass, clock } = setUp();
  silent.disconnected(device('left'));
  const activity = connect('there');
  online.set('left', clock.now);
  silent.gone('left');
  silent.gone('there');
  activity.noteAnew();
  await pass(10);
  expect(told).toEqual([]);
});

test('nobody is told of anything where nobody wants to know', async () => {
  const { told, silent, online, clock } = setUp({ afterMs: undefined });
  silent.disconnected(device('away'));
  online.set('away', clock.now);
  clock.now += 1000 * minute;
  await silent.look();
  expect(told).toEqual([]);
});

test('messages have their turn while very many are told of', async () => {
  const { told, connect, silent, clock } = setUp();
  for (let number = 0; number < 2000; number += 1) connect(`d${number}`);
  clock.now += 10 * minute;
  const looked = silent.look();
  await new Promise(setImmediate);
  expect(told.length).toBeLessThan(2000);
  await looked;
  expect(told.length).toBe(2000);
});

test('so many at once are told of that the connection log has room for others, and the rest next time', async () => {
  const { told, connect, pass } = setUp();
  for (let number = 0; number < 10_001; number += 1) connect(`d${number}`);
  await pass(10);
  expect(told.length).toBe(10_000);
  await pass(1);
  expect(told.length).toBe(10_001);
});
