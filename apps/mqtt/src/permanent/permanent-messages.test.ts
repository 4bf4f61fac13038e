import type { StoredMessage } from '@iotcore/engine';
import type { PermanentMessageWrite } from '@iotcore/store/data-plane';
import { describe, expect, it, onTestFinished } from 'vitest';
import { PermanentMessages, StoreOverflowError } from './permanent-messages.ts';

const away = new Error('database away');
const state = '$devices/d1/state';

/** A store whose writes wait for `commit`, over a plain map as the committed state. */
function setUp() {
  const stored = new Map<string, Buffer>();
  const transactions: (readonly PermanentMessageWrite[])[] = [];
  const control = { commit: Promise.resolve(), failures: 0, beforePage: async () => {} };
  const messages = new PermanentMessages({
    write: async (writes) => {
      transactions.push(writes);
      await control.commit;
      if (control.failures-- > 0) throw away;
      for (const { topic, payload } of writes) {
        if (payload.length > 0) stored.set(topic, payload);
        else stored.delete(topic);
      }
    },
    read: async ({ beginning, after }) => {
      const page = [...stored]
        .map(([topic, payload]) => ({ topic, payload }))
        .filter(({ topic }) => topic.startsWith(beginning) && topic > (after ?? ''))
        .toSorted((a, b) => (a.topic < b.topic ? -1 : 1))
        .slice(0, 2);
      await control.beforePage();
      return page;
    },
    isAway: (error) => error === away,
  });
  onTestFinished(() => messages.stop());
  const store = (topic: string, payload: string) => messages.store('r1', topic, Buffer.from(payload));
  const read = async () => {
    const selection = {
      registryId: 'r1',
      beginning: '$devices/',
      exact: false,
      nameOf: (topic: string) => topic,
    };
    const all: StoredMessage[] = [];
    for await (const message of messages.read(selection)) all.push(message);
    return all.map(({ topic, payload }) => `${topic}=${payload}`).toSorted();
  };
  return { messages, stored, transactions, control, store, read };
}

describe('storing', () => {
  it('is not done before the commit, and one transaction takes all that came meanwhile, the last of each topic', async () => {
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

  it('waits while the database is away and is done once it is back', async () => {
    const { control, store, stored, transactions } = setUp();
    control.failures = 1;
    await store(state, 'kept');
    expect(transactions).toHaveLength(2);
    expect(String(stored.get(state))).toBe('kept');
  });

  it('fails for those of a broken transaction only', async () => {
    const { messages, store } = setUp();
    const broken = new PermanentMessages({
      write: () => Promise.reject(new Error('broken')),
      read: async () => [],
      isAway: () => false,
    });
    await expect(broken.store('r1', state, Buffer.from('x'))).rejects.toThrow('broken');
    expect(broken.pending).toBe(0);
    await store(state, 'fine');
    expect(messages.pending).toBe(0);
  });

  it('refuses more than may wait, and takes it again once there is room', async () => {
    const { messages, control } = setUp();
    const gate = Promise.withResolvers<void>();
    control.commit = gate.promise;
    const megabyte = Buffer.alloc(1024 * 1024);
    const kept: Promise<void>[] = [];
    const refused: Promise<void>[] = [];
    for (let n = 0; n < 70; n++) {
      const storing = messages.store('r1', `$devices/d1/state/${n}`, megabyte);
      (n < 60 ? kept : refused).push(storing);
    }
    const outcomes = await Promise.allSettled([...refused.slice(-5), ...refused.slice(-1)]);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    await expect(refused.at(-1)).rejects.toBeInstanceOf(StoreOverflowError);
    gate.resolve();
    await Promise.allSettled([...kept, ...refused]);
    await messages.store('r1', state, megabyte);
    expect(messages.pending).toBe(0);
  });
});

describe('reading', () => {
  it('gives every page, and nothing that was cleared', async () => {
    const { store, read } = setUp();
    for (const topic of ['a', 'b', 'c', 'd', 'e']) await store(`$devices/${topic}/state`, topic);
    await store('$devices/c/state', '');
    expect(await read()).toEqual(['a', 'b', 'd', 'e'].map((topic) => `$devices/${topic}/state=${topic}`));
  });

  it('leaves out what is not durable yet, and what is older of the same topic: it comes as a live message', async () => {
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

  it('leaves out what a live message has overtaken while it read', async () => {
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
});
