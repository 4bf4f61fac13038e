import type { SessionInfo } from '@iotcore/engine';
import type { LiveSession } from '@iotcore/store/data-plane';
import { expect, onTestFinished, test } from 'vitest';
import type { Client } from '../clients/client.ts';
import { SessionRecorder } from './session-recorder.ts';

function setUp() {
  const table = new Map<number, LiveSession>();
  const state = { isAway: false, isUnknown: false, statements: 0, onAdd: () => {} };
  const failures: unknown[] = [];
  const statement = async (run: () => void) => {
    state.statements++;
    await Promise.resolve();
    if (state.isAway) throw new Error('away');
    run();
    if (state.isUnknown) throw new Error('no answer');
  };
  const recorder = new SessionRecorder({
    flushMs: 3_600_000,
    async add(_nodeId, sessions) {
      state.onAdd();
      await statement(() => {
        for (const one of sessions) table.set(one.number, one);
      });
    },
    remove: (_nodeId, numbers) =>
      statement(() => {
        for (const number of numbers) table.delete(number);
      }),
    removeAll: () => statement(() => table.clear()),
    now: () => new Date(0),
    failed: (error) => failures.push(error),
  });
  recorder.start('n1');
  onTestFinished(() => recorder.stop());
  const names = () => [...table.values()].map(({ clientId }) => clientId).sort();
  return { recorder, table, state, failures, names };
}

const session = (clientId: string) =>
  ({
    clientId,
    principal: {
      principal: { kind: 'device', id: 'd1', registryId: 'r1' },
      credential: { kind: 'password', id: 'p1' },
    },
    transport: { remoteAddress: '192.0.2.1', secure: true },
  }) as SessionInfo<Client>;

test('the table has the sessions that are live, and no longer those that have ended', async () => {
  const { recorder, table, names } = setUp();
  const [one, other] = [session('one'), session('other')];
  recorder.connected(one);
  recorder.connected(other);
  await recorder.flush();
  expect(names()).toEqual(['one', 'other']);
  expect([...table.values()][0]).toMatchObject({
    resourceKind: 'device',
    resourceId: 'd1',
    registryId: 'r1',
    passwordId: 'p1',
  });
  recorder.disconnected(one);
  await recorder.flush();
  expect(names()).toEqual(['other']);
});

test('a session that has gone before it was written costs nothing', async () => {
  const { recorder, state } = setUp();
  const one = session('one');
  recorder.connected(one);
  recorder.disconnected(one);
  await recorder.flush();
  expect(state.statements).toBe(0);
});

test('a session that ends while it is written is removed, also if writing failed', async () => {
  for (const isAway of [false, true]) {
    const { recorder, state, names } = setUp();
    const one = session('one');
    state.isAway = isAway;
    state.onAdd = () => recorder.disconnected(one);
    recorder.connected(one);
    recorder.connected(session('stays'));
    await recorder.flush();
    state.isAway = false;
    await recorder.flush();
    expect(names(), `away: ${isAway}`).toEqual(['stays']);
  }
});

test('a session that ends while it is written is removed, also if it was written though an error came back', async () => {
  const { recorder, state, names } = setUp();
  const one = session('one');
  state.onAdd = () => recorder.disconnected(one);
  state.isUnknown = true;
  recorder.connected(one);
  await recorder.flush();
  expect(names()).toEqual(['one']);
  state.isUnknown = false;
  await recorder.flush();
  expect(names()).toEqual([]);
});

test('an outage loses nothing: what came and went meanwhile is written afterwards', async () => {
  const { recorder, state, failures, names } = setUp();
  const [leaves, comes] = [session('leaves'), session('comes')];
  recorder.connected(leaves);
  await recorder.flush();
  state.isAway = true;
  recorder.disconnected(leaves);
  recorder.connected(comes);
  await recorder.flush();
  expect([names(), failures.length]).toEqual([['leaves'], 1]);
  state.isAway = false;
  await recorder.flush();
  expect(names()).toEqual(['comes']);
});

test('after more ends than are kept in mind the table is written anew', async () => {
  const { recorder, state, names } = setUp();
  const crowd = Array.from({ length: 100_001 }, (_, n) => session(`c${n}`));
  for (const one of crowd) recorder.connected(one);
  recorder.connected(session('stays'));
  await recorder.flush();
  state.isAway = true;
  for (const one of crowd) recorder.disconnected(one);
  state.isAway = false;
  await recorder.flush();
  expect(names()).toEqual(['stays']);
});
