import { type Clock, systemClock } from '@iotcore/process';
import { type Lease, type LeasedExport, leaseSeconds } from '@iotcore/store/exports';
import { eventually } from '@iotcore/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { LeaseKeeper } from './lease-keeper.ts';

/** A keeper whose database and runners are told what to do. A runner comes to its end when it is stopped, unless it is stuck. */
function setUp() {
  const free: LeasedExport[] = [];
  const lost = new Set<string>();
  const stuck = new Set<string>();
  const broken = new Set<string>();
  const told: string[] = [];
  const unstick = new Map<string, () => void>();
  const sharing = { share: 100 };
  let renewals = 0;
  let database: Promise<void> = Promise.resolve();
  const nameOf = ({ exportId, epoch }: Lease) => `${exportId}${epoch}`;
  let passedMs = 0;
  const due = new Set<() => void>();
  const clock: Pick<Clock, 'nowMs' | 'after'> = {
    nowMs: () => systemClock.nowMs() + passedMs,
    after(ms, work) {
      due.add(work);
      const callOff = systemClock.after(ms, work);
      return () => {
        due.delete(work);
        callOff();
      };
    },
  };
  /** Lets so much time pass at once. */
  const pass = (ms: number) => {
    passedMs += ms;
    for (const work of [...due]) work();
  };
  const keeper = new LeaseKeeper({
    clock,
    share: async () => sharing.share,
    take: async ({ most, hasShare }) => (hasShare ? [] : free.splice(0, most)),
    async renew(leases) {
      renewals += 1;
      await database;
      return new Set(leases.filter((lease) => !lost.has(nameOf(lease))).map(({ exportId }) => exportId));
    },
    giveBack: async (lease) => void told.push(`${nameOf(lease)} is given back`),
    giveBackAll: async () => undefined,
    async open({ lease }) {
      const name = nameOf(lease);
      if (broken.has(name)) throw new Error(`${name} cannot be opened`);
      const ended = Promise.withResolvers<void>();
      unstick.set(name, ended.resolve);
      return {
        run() {
          told.push(`${name} runs`);
          return ended.promise;
        },
        stop() {
          told.push(`${name} stops`);
          if (!stuck.has(name)) ended.resolve();
        },
      };
    },
    failed: (error) => told.push(String(error)),
  });
  const give = (exportId: string, epoch = '1') =>
    free.push({ lease: { exportId, epoch, holder: 'h' } } as LeasedExport);
  /** Rounds, until one that began after this call is over. */
  const round = async () => {
    const after = renewals + 2;
    await eventually('a round', async () => {
      keeper.wake();
      return renewals >= after;
    });
  };
  const begin = () => {
    keeper.start();
    onTestFinished(async () => {
      for (const end of unstick.values()) end();
      await keeper.stop();
    });
  };
  const hangDatabase = () => {
    const hanging = Promise.withResolvers<void>();
    database = hanging.promise;
    onTestFinished(() => hanging.resolve());
  };
  return {
    ...{ begin, broken, give, hangDatabase, keeper, lost, pass, round, sharing, stuck, told, unstick },
  };
}

test('an export that cannot be opened keeps no other from being sent for', async () => {
  const { begin, broken, give, round, told } = setUp();
  broken.add('a1');
  give('a');
  give('b');
  begin();
  await round();
  expect(told).toEqual(['Error: a1 cannot be opened', 'b1 runs']);
});

test('a target that is slow to be left costs no other export its lease', async () => {
  const { begin, give, lost, round, stuck, told } = setUp();
  stuck.add('a1');
  give('a');
  give('b');
  begin();
  await round();
  lost.add('a1');
  await round();
  expect(told).toEqual(['a1 runs', 'b1 runs', 'a1 stops']);
});

test('an export is sent for anew once what sent for it before is at its end, and not sooner', async () => {
  const { begin, give, lost, round, stuck, told, unstick } = setUp();
  stuck.add('a1');
  give('a');
  begin();
  await round();
  lost.add('a1');
  give('a', '2');
  await round();
  expect(told).toEqual(['a1 runs', 'a1 stops']);
  unstick.get('a1')?.();
  await eventually('the second', async () => told.includes('a2 runs'));
});

test('an export that changes hands within a round is not sent for twice', async () => {
  const { begin, give, round, told } = setUp();
  give('a');
  begin();
  await round();
  give('a', '2');
  await round();
  expect(told).toEqual(['a1 runs', 'a1 stops', 'a2 runs']);
});

test('what is more than its share is given back once nothing of it is under way, and the rest goes on', async () => {
  const { begin, give, keeper, round, sharing, stuck, told, unstick } = setUp();
  stuck.add('b1');
  for (const id of ['a', 'b', 'c']) give(id);
  begin();
  await round();
  sharing.share = 1;
  await round();
  expect(told).toEqual(['a1 runs', 'b1 runs', 'c1 runs', 'b1 stops', 'c1 stops', 'c1 is given back']);
  expect(keeper.size).toBe(1);
  unstick.get('b1')?.();
  await eventually('the other', async () => told.includes('b1 is given back'));
  expect(told).not.toContain('a1 stops');
});

test('no more than its share is taken', async () => {
  const { begin, give, keeper, round, sharing } = setUp();
  sharing.share = 2;
  for (const id of ['a', 'b', 'c']) give(id);
  begin();
  await round();
  await round();
  expect(keeper.size).toBe(2);
});

test('nothing is sent beyond the lease while the database gives no answer', async () => {
  const { begin, give, hangDatabase, keeper, pass, round, told } = setUp();
  give('a');
  begin();
  await round();
  hangDatabase();
  keeper.wake();
  pass((leaseSeconds + 2) * 1000);
  expect(told).toEqual(['a1 runs', 'a1 stops']);
});
