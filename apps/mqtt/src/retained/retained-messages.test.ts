import type { RetainedMessage } from '@iotcore/engine';
import { systemClock } from '@iotcore/process';
import { NotAMemberError, type RetainedMessageWrite } from '@iotcore/store/data-plane';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Tenants } from '../tenants/tenants.ts';
import { wideLimits } from '../tenants/testing/tenant-limits.ts';
import { PermanentQuotaError, StoreOverflowError } from './errors.ts';
import { RetainedMessages } from './retained-messages.ts';

const away = new Error('database away');
const locked = new Error('rows are locked');
const state = '$devices/d1/state';

/** A store whose writes wait for `commit`, over a plain map as the committed state. */
function setUp() {
  const stored = new Map<string, Buffer>();
  const transactions: (readonly RetainedMessageWrite[])[] = [];
  const control = {
    commit: Promise.resolve(),
    failures: 0,
    /** Registries whose rows are locked. */
    locks: new Set<string>(),
    beforePage: async () => {},
    isMember: true,
    /** Which life of the node this is. */
    member: 'first' as string | undefined,
  };
  const wasRead: string[] = [];
  const tenants = new Tenants({ ...wideLimits, maxUnstoredBytes: 32 * 1024 * 1024 }, () => {});
  const messages = new RetainedMessages({
    clock: systemClock,
    tenantOf: (registryId) => tenants.ofRegistry(registryId),
    isLocked: (error) => error === locked,
    write: async (writes) => {
      transactions.push(writes);
      await control.commit;
      if (!control.isMember) throw new NotAMemberError();
      if (control.failures-- > 0) throw away;
      if (writes.some(({ registryId }) => control.locks.has(registryId))) throw locked;
      if (writes.some(({ payload }) => String(payload) === 'poison')) throw new Error('row refused');
      for (const { topic, payload } of writes) {
        if (payload.length > 0) stored.set(topic, payload);
        else stored.delete(topic);
      }
      return {
        outcomes: writes.map(({ payload }) => (String(payload) === 'too much' ? 'topics' : 'stored')),
        versions: writes.map(() => undefined),
      };
    },
    read: async ({ beginning, after }) => {
      const page = [...stored]
        .map(([topic, payload]) => ({ topic, payload, version: 7 }))
        .filter(({ topic }) => topic.startsWith(beginning) && topic > (after ?? ''))
        .toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
        .slice(0, 2);
      await control.beforePage();
      return page;
    },
    isAway: (error) => error === away,
    memberOf: () => control.member,
    wasRead: (_registryId, { topic, version }) => void wasRead.push(`${topic} ${version}`),
  });
  onTestFinished(() => messages.stop());
  const store = (topic: string, payload: string, registryId = 'r1') =>
    messages.store({ id: registryId }, topic, Buffer.from(payload));
  const read = async () => {
    const selection = {
      registryId: 'r1',
      beginning: '$devices/',
      exact: false,
      nameOf: (topic: string) => topic,
    };
    const all: RetainedMessage[] = [];
    for await (const page of messages.read(selection)) all.push(...page);
    return all.map(({ topic, payload }) => `${topic}=${payload}`).toSorted();
  };
  return { messages, wasRead, tenants, stored, transactions, control, store, read };
}

test('what an earlier life of the node has taken is not stored by the next, and nothing is tried twice', async () => {
  const { control, store, stored, transactions } = setUp();
  const gate = Promise.withResolvers<void>();
  control.commit = gate.promise;
  const first = store(state, 'under way');
  const waiting = [store('$devices/d2/state', 'taken before'), store('$devices/d3/state', 'as well')];
  control.member = 'second';
  gate.resolve();
  await first;
  for (const one of waiting) await expect(one).rejects.toThrow('not a member');
  await store('$devices/d2/state', 'taken after');
  expect(Object.fromEntries([...stored].map(([topic, payload]) => [topic, String(payload)]))).toEqual({
    [state]: 'under way',
    '$devices/d2/state': 'taken after',
  });
  expect(transactions).toHaveLength(2);
});

test('a batch that is refused to the whole node is not written in parts', async () => {
  const { control, store, transactions } = setUp();
  control.isMember = false;
  const all = ['d1', 'd2', 'd3'].map((id) => store(`$devices/${id}/state`, 'x'));
  for (const one of all) await expect(one).rejects.toThrow('not a member');
  expect(transactions.length).toBeLessThanOrEqual(2);
});

test('what is read is told of, with its version', async () => {
  const { store, read, wasRead } = setUp();
  await store(state, 'x');
  await read();
  expect(wasRead).toEqual([`${state} 7`]);
});

describe('storing', () => {
  test('is not done before the commit, and one transaction takes all that came meanwhile, the last of each topic', async () => {
    const { transactions, control, store, stored } = setUp();
    const gate = Promise.withResolvers<void>();
    control.commit = gate.promise;
    let done = 0;
    const all = [
      store(state, 'first'),
      ...['2', '3', '4'].map((payload) => store(state, payload)),
      store('$devices/d2/state', 'x'),
    ].map((promise) => promise.then(() => done++));
    await new Promise(setImmediate);
    expect(done).toBe(0);
    gate.resolve();
    await Promise.all(all);
    expect(transactions.map((writes) => writes.map(({ payload }) => String(payload)))).toEqual([
      ['first'],
      ['4', 'x'],
    ]);
    expect(String(stored.get(state))).toBe('4');
  });

  test('waits while the database is away and is done once it is back', async () => {
    const { control, store, stored, transactions } = setUp();
    control.failures = 1;
    await store(state, 'kept');
    expect(transactions).toHaveLength(2);
    expect(String(stored.get(state))).toBe('kept');
  });

  test('fails for the one message that cannot be stored, and for no other of its transaction', async () => {
    const { control, store, stored, tenants, messages } = setUp();
    const gate = Promise.withResolvers<void>();
    control.commit = gate.promise;
    const first = store('$devices/first/state', 'so that the others come together');
    const outcomes = Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        store(`$devices/d${n}/state`, n === 13 ? 'poison' : 'fine', n % 2 === 0 ? 'r2' : 'r1'),
      ),
    );
    gate.resolve();
    await first;
    const failed = (await outcomes).flatMap(({ status }, n) => (status === 'rejected' ? [n] : []));
    expect(failed).toEqual([13]);
    expect(stored.size).toBe(20);
    expect(messages.pending).toBe(0);
    tenants.sweep();
    expect(tenants.size).toBe(0);
  });

  test('fails for a message beyond a quota, and for no other', async () => {
    const { store } = setUp();
    const outcomes = await Promise.allSettled([
      store('a', 'first'),
      store('b', 'too much'),
      store('c', 'fine'),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((outcomes[1] as PromiseRejectedResult).reason).toBeInstanceOf(PermanentQuotaError);
  });

  test('waits for the locks of its own registry alone', async () => {
    const { control, store, stored } = setUp();
    control.locks.add('r1');
    let isLockedOneStored = false;
    const own = store('$devices/d1/state', 'waits').then(() => {
      isLockedOneStored = true;
    });
    const strangers = Array.from({ length: 30 }, (_, n) =>
      store(`$devices/d${n}/config`, 'fine', `r${n + 2}`),
    );
    await Promise.all(strangers);
    // Strangers that come while it is still locked, too.
    await Promise.all(strangers.map((_, n) => store(`$devices/d${n}/config`, 'again', `r${n + 2}`)));
    expect(isLockedOneStored).toBe(false);
    expect(stored.size).toBe(30);
    control.locks.clear();
    await own;
    expect(String(stored.get('$devices/d1/state'))).toBe('waits');
  });

  test('refuses more than may wait of one registry, takes messages of others, and has room again later', async () => {
    const { messages, control, tenants } = setUp();
    const gate = Promise.withResolvers<void>();
    control.commit = gate.promise;
    const megabyte = Buffer.alloc(1024 * 1024);
    const fill = (registryId: string) =>
      Array.from({ length: 40 }, (_, n) =>
        messages.store({ id: registryId }, `$devices/d1/state/${n}`, megabyte).then(
          () => 'stored',
          (error: Error) => error.name,
        ),
      );
    const mine = fill('r1');
    const others = fill('r2');
    expect(await mine.at(-1)).toBe(StoreOverflowError.name);
    const more = fill('r3');
    gate.resolve();
    const counts = (await Promise.all([mine, others, more].map((all) => Promise.all(all)))).map(
      (all) => all.filter((outcome) => outcome === 'stored').length,
    );
    // Half of all is the most for one; three have no room for as much.
    expect(counts).toEqual([31, 31, 1]);
    await messages.store({ id: 'r3' }, state, megabyte);
    expect(messages.pending).toBe(0);
    tenants.sweep();
    expect(tenants.size).toBe(0);
  });

  test('is as good as over for what is locked when the process stops: its client has no acknowledgement', async () => {
    const { control, store, messages } = setUp();
    control.locks.add('r1');
    const outcome = expect(store(state, 'waits')).rejects.toBe(locked);
    await messages.stop();
    await outcome;
  });
});

describe('reading', () => {
  test('gives every page, and nothing that was cleared', async () => {
    const { store, read } = setUp();
    for (const topic of ['a', 'b', 'c', 'd', 'e']) await store(`$devices/${topic}/state`, topic);
    await store('$devices/c/state', '');
    expect(await read()).toEqual(['a', 'b', 'd', 'e'].map((topic) => `$devices/${topic}/state=${topic}`));
  });

  test('leaves out what is not durable yet, and what is older of the same topic: it comes as a live message', async () => {
    const { store, read, control } = setUp();
    await store(state, 'old');
    await store('$devices/d2/state', 'untouched');
    const gate = Promise.withResolvers<void>();
    control.commit = gate.promise;
    const storing = [store(state, 'being written'), store(state, 'waiting'), store('$devices/d3/state', 'x')];
    expect(await read()).toEqual(['$devices/d2/state=untouched']);
    gate.resolve();
    await Promise.all(storing);
    expect(await read()).toEqual(
      ['$devices/d2/state=untouched', '$devices/d3/state=x', `${state}=waiting`].toSorted(),
    );
  });

  test('leaves out what a live message has overtaken while it read', async () => {
    const { store, read, control } = setUp();
    await store(state, 'old');
    await store('$devices/d2/state', 'untouched');
    const started = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    control.beforePage = async () => {
      started.resolve();
      await gate.promise;
    };
    const reading = read();
    await started.promise;
    await store(state, 'live');
    gate.resolve();
    expect(await reading).toEqual(['$devices/d2/state=untouched']);
  });

  test('remembers a bounded number of changes: beyond it a message may come twice, and never an older one', async () => {
    const { messages, store, control } = setUp();
    for (const topic of ['a', 'b', 'c']) await store(`$devices/${topic}/state`, 'old');
    const selection = { registryId: 'r1', beginning: '$', exact: false, nameOf: (topic: string) => topic };
    const reading = messages.read(selection);
    const first = (await reading.next()).value as readonly RetainedMessage[];
    expect(first.map(({ topic }) => topic)).toEqual(['$devices/a/state', '$devices/b/state']);
    await store('$devices/c/state', 'live');
    for (const half of ['x', 'y'])
      await Promise.all(Array.from({ length: 8_193 }, (_, n) => store(`$devices/${half}/state/${n}`, '')));
    const gate = Promise.withResolvers<void>();
    control.commit = gate.promise;
    const undurable = store('$devices/d/state', 'being stored');
    const second = (await reading.next()).value as readonly RetainedMessage[];
    expect(second.map(({ topic, payload }) => `${topic} ${payload}`)).toEqual(['$devices/c/state live']);
    gate.resolve();
    await undurable;
  });
});
