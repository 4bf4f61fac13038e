import type { RefusedClient } from '@iotcore/store/data-plane';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Refused, RefusedClients } from './refused-clients.ts';

const longMs = 3_600_000;

function setUp(answer: (batch: readonly RefusedClient[]) => number | Promise<number> = () => 0) {
  const batches: (readonly RefusedClient[])[] = [];
  const forgotten: number[] = [];
  const heldBack: number[] = [];
  const failures: unknown[] = [];
  const told: RefusedClient[] = [];
  let now = 0;
  const refusedClients = new RefusedClients({
    flushMs: longMs,
    async write(batch) {
      batches.push(batch);
      return answer(batch);
    },
    forget: async (most) => void forgotten.push(most),
    now: () => new Date(now++),
    told: (refused) => told.push(refused),
    heldBack: (count) => heldBack.push(count),
    failed: (error) => failures.push(error),
  });
  onTestFinished(() => refusedClients.stop());
  return { refusedClients, batches, forgotten, heldBack, failures, told };
}

const knock = (more: Partial<Refused> = {}): Refused => ({
  reason: 'unknown certificate',
  remoteAddress: '192.0.2.1',
  secure: true,
  ...more,
});

describe('clients that are refused', () => {
  test('are one row where claim, certificate, address and reason are the same, with the last client ID', async () => {
    const { refusedClients, batches } = setUp();
    refusedClients.add(knock({ claimedId: 'd1', clientId: 'first' }));
    refusedClients.add(knock({ claimedId: 'd1', clientId: 'second', detail: 'more' }));
    refusedClients.add(knock({ claimedId: 'd2' }));
    refusedClients.add(knock({ claimedId: 'd1', remoteAddress: '192.0.2.2' }));
    refusedClients.add(knock({ certificate: Buffer.from('der') }));
    await refusedClients.flush();
    expect(batches).toHaveLength(1);
    expect(batches[0]).toHaveLength(4);
    expect(batches[0]?.[0]).toMatchObject({
      ...{ claimedId: 'd1', clientId: 'second', detail: 'more', count: 2 },
      ...{ firstAt: new Date(0), lastAt: new Date(1), subjectId: 'd1', certificate: undefined },
    });
    expect(batches[0]?.[3]?.certificate?.fingerprint).toMatch(/^[0-9a-f]{40}$/);
  });

  test('are bounded while they wait, and those beyond are counted, not kept', async () => {
    const { refusedClients, batches, heldBack } = setUp();
    const spread = (n: number) => knock({ claimedId: `d${n}`, remoteAddress: `192.0.2.${n % 100}` });
    for (let n = 0; n < 1500; n++) refusedClients.add(spread(n));
    refusedClients.add(spread(0));
    await refusedClients.flush();
    expect(batches[0]).toHaveLength(1000);
    expect(batches[0]?.[0]?.count).toBe(2);
    expect(heldBack).toEqual([500]);
    await refusedClients.flush();
    expect([batches.length, heldBack.length]).toEqual([1, 1]);
  });

  test('from one network take a part of the places alone, so that others are recorded beside them', async () => {
    const { refusedClients, batches, heldBack } = setUp();
    for (let n = 0; n < 2000; n++) {
      refusedClients.add(knock({ claimedId: `v4 ${n}` }));
      refusedClients.add(knock({ claimedId: `v6 ${n}`, remoteAddress: `2001:db8::${n.toString(16)}` }));
    }
    refusedClients.add(knock({ claimedId: 'd1', remoteAddress: '192.0.2.2' }));
    await refusedClients.flush();
    const of = (kind: string) => batches[0]?.filter(({ claimedId }) => claimedId.startsWith(kind)).length;
    expect([of('v4'), of('v6'), of('d1')]).toEqual([250, 250, 1]);
    expect(heldBack).toEqual([3500]);
    refusedClients.add(knock({ claimedId: 'v4 again' }));
    await refusedClients.flush();
    expect(batches[1]).toHaveLength(1);
  });

  test('from blocked addresses take one part of the places together, however many addresses there are', async () => {
    const { refusedClients, batches, heldBack } = setUp();
    const blocked = (n: number) =>
      knock({ reason: 'address blocked', remoteAddress: `10.0.${n >> 8}.${n & 255}` });
    for (let n = 0; n < 2000; n++) refusedClients.add(blocked(n));
    refusedClients.add(blocked(0));
    refusedClients.add(knock({ claimedId: 'd1' }));
    await refusedClients.flush();
    expect(batches[0]).toHaveLength(251);
    expect(batches[0]?.[0]).toMatchObject({ address: '10.0.0.0', reason: 'address blocked', count: 2 });
    expect(batches[0]?.at(-1)?.claimedId).toBe('d1');
    expect(heldBack).toEqual([1750]);
  });

  test('have the oldest rows removed at the first write, and then once in a thousand new ones', async () => {
    const { refusedClients, forgotten } = setUp((batch) => (batch[0]?.claimedId === 'new' ? 600 : 0));
    const write = async (claimedId: string) => {
      refusedClients.add(knock({ claimedId }));
      await refusedClients.flush();
      return forgotten.length;
    };
    expect(await write('known')).toBe(1);
    expect(await write('known')).toBe(1);
    expect(await write('new')).toBe(1);
    expect(await write('new')).toBe(2);
    expect(forgotten).toEqual([50_000, 50_000]);
  });

  test('write no more into the log than into the table, whatever they say', () => {
    const { refusedClients, told } = setUp();
    refusedClients.add(knock({ claimedId: 'd'.repeat(65_535), detail: 't'.repeat(65_535) }));
    expect([told[0]?.claimedId.length, told[0]?.detail.length]).toEqual([128, 512]);
  });

  test('are given up, and not piled up, while the database is away', async () => {
    const { refusedClients, batches, failures } = setUp(() => Promise.reject(new Error('away')));
    refusedClients.add(knock());
    await refusedClients.flush();
    await refusedClients.flush();
    expect([batches.length, failures.length]).toEqual([1, 1]);
  });

  test('are cut where they wrote too much, and lose what Postgres cannot hold', async () => {
    const { refusedClients, batches } = setUp();
    refusedClients.add(
      knock({ claimedId: 'я'.repeat(1000), clientId: 'a\0b', detail: `${'x'.repeat(510)}🙂🙂` }),
    );
    await refusedClients.flush();
    const [row] = batches[0] ?? [];
    expect(row?.claimedId).toHaveLength(128);
    expect(row?.clientId).toBe('a\uFFFDb');
    expect(row?.detail).toHaveLength(512);
    expect(row?.detail.isWellFormed()).toBe(true);
  });
});
