import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listRefusedClients, type RefusedClientFilter } from '../../control/history/refused-clients.ts';
import { openPrisma } from '../../database/open-prisma.ts';
import { forgetRefusedClients, type Queryable, type RefusedClient, writeRefusedClients } from '../index.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Registry r1 with device d1 in the folder f1, whose certificate is `certificate(1)`; broker b1 in f2. */
async function setUp() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool } = database;
  await prisma.registry.create({ data: { id: 'r1', folderId: 'f1' } });
  await prisma.device.create({ data: { id: 'd1', registryId: 'r1', folderId: 'f1' } });
  await prisma.broker.create({ data: { id: 'b1', folderId: 'f2' } });
  const [notBefore, notAfter] = [new Date(0), new Date(1)];
  await prisma.certificate.create({
    data: { ...certificate(1), pem: '', notBefore, notAfter, deviceId: 'd1' },
  });
  const list = async (filter: Partial<RefusedClientFilter> = {}) => {
    const all = { ...anything, ...filter };
    return (await listRefusedClients(pool, all, { after: undefined, limit: 1000 })).rows;
  };
  return { prisma, pool, db: pool as Queryable, list };
}

const anything: RefusedClientFilter = {
  ...{ folderId: undefined, isKnown: undefined, claimedId: undefined, fingerprint: undefined },
  ...{ address: undefined, reason: undefined, since: undefined, until: undefined },
};
const certificate = (n: number) => ({
  sha256: Buffer.alloc(32, n),
  fingerprint: `${n}`.padStart(40, '0'),
});

const knock = (more: Partial<RefusedClient> = {}): RefusedClient => ({
  claimedId: '',
  certificate: undefined,
  address: '192.0.2.1',
  secure: true,
  reason: 'unknown certificate',
  clientId: '',
  detail: '',
  subjectId: more.claimedId ?? '',
  firstAt: new Date(1000),
  lastAt: new Date(1000),
  count: 1,
  ...more,
});

describe('refused clients', () => {
  test('are added up where they are the same, and told apart by claim, certificate, address, port and reason', async () => {
    const { db, list } = await setUp();
    const different: Partial<RefusedClient>[] = [
      {},
      { claimedId: 'd1' },
      { certificate: certificate(7) },
      { address: '192.0.2.2' },
      { secure: false },
      { reason: 'no CONNECT in time' },
    ];
    expect(await writeRefusedClients(db, different.map(knock))).toBe(6);
    const again = knock({ claimedId: 'd1', clientId: 'c', detail: 'x', lastAt: new Date(5000), count: 4 });
    expect(await writeRefusedClients(db, [again])).toBe(0);
    const rows = await list();
    expect(rows).toHaveLength(6);
    expect(rows[0]).toMatchObject({
      ...{ claimedId: 'd1', clientId: 'c', detail: 'x', count: '5' },
      ...{ firstAt: new Date(1000), lastAt: new Date(5000) },
    });
  });

  test('belong to the folder of the resource that they seem to be; strangers to none', async () => {
    const { db, list, prisma } = await setUp();
    await writeRefusedClients(db, [
      knock({ claimedId: 'd1' }),
      knock({ claimedId: 'b1' }),
      knock({ claimedId: 'nobody' }),
      knock({ certificate: certificate(1), subjectId: 'd1' }),
    ]);
    const places = async (folderId?: string) =>
      (await list({ folderId })).map((row) => [row.claimedId, row.resourceKind, row.folderId]).sort();
    expect(await places('f1')).toEqual([
      ['', 'device', 'f1'],
      ['d1', 'device', 'f1'],
    ]);
    expect(await places('f2')).toEqual([['b1', 'broker', 'f2']]);
    expect(await places('f3')).toEqual([]);
    expect(await places()).toHaveLength(4);
    // The ID is given to another folder's resource: what was refused before stays where it was.
    await prisma.broker.delete({ where: { id: 'b1' } });
    await prisma.registry.create({ data: { id: 'b1', folderId: 'f3' } });
    await writeRefusedClients(db, [knock({ claimedId: 'b1' })]);
    expect(await places('f2')).toEqual([['b1', 'broker', 'f2']]);
    expect(await places('f3')).toEqual([['b1', 'registry', 'f3']]);
  });

  test('are found by whether a resource has their ID or certificate now, and by each of their fields', async () => {
    const { db, list, prisma } = await setUp();
    await writeRefusedClients(db, [
      knock({ claimedId: 'd1', lastAt: new Date(3000) }),
      knock({ claimedId: 'later', address: '2001:db8::1' }),
      knock({ certificate: certificate(1) }),
      knock({ certificate: certificate(9), secure: false }),
      knock({ reason: 'no CONNECT in time' }),
    ]);
    const claims = async (filter: Partial<RefusedClientFilter>) =>
      (await list(filter)).map((row) => row.claimedId || row.fingerprint?.replace(/^0+/, '') || '-').sort();
    expect(await claims({ isKnown: true })).toEqual(['1', 'd1']);
    expect(await claims({ isKnown: false })).toEqual(['9', 'later']);
    expect(await claims({ claimedId: 'later' })).toEqual(['later']);
    expect(await claims({ fingerprint: certificate(9).fingerprint })).toEqual(['9']);
    expect(await claims({ address: '2001:db8::1' })).toEqual(['later']);
    expect(await claims({ reason: 'no CONNECT in time' })).toEqual(['-']);
    expect(await claims({ since: new Date(3000) })).toEqual(['d1']);
    expect(await claims({ until: new Date(3000) })).toHaveLength(4);
    await prisma.registry.create({ data: { id: 'later', folderId: 'f1' } });
    expect(await claims({ isKnown: false })).toEqual(['9']);
  });

  test('of a network with many are forgotten first, so that it pushes out no others', async () => {
    const { db, list } = await setUp();
    const at = (seconds: number) => ({ lastAt: new Date(seconds * 1000) });
    const others = ['192.0.2.1', '192.0.2.2', '2001:db8:1::1', '', 'fe80::1%eth0'].flatMap((address) => [
      knock({ claimedId: `old of ${address}`, address, ...at(1) }),
      knock({ claimedId: `of ${address}`, address, ...at(2) }),
    ]);
    const crowd = Array.from({ length: 40 }, (_, n) =>
      knock({ claimedId: `crowd ${n}`, address: `2001:DB8::${n.toString(16)}`, ...at(10 + n) }),
    );
    await writeRefusedClients(db, [...others, ...crowd]);
    await forgetRefusedClients(db, 15);
    const left = (await list()).map(({ claimedId }) => claimedId);
    expect(left.filter((claimedId) => claimedId.includes('of '))).toHaveLength(10);
    expect(left.filter((claimedId) => claimedId.startsWith('crowd'))).toEqual(
      [39, 38, 37, 36, 35].map((n) => `crowd ${n}`),
    );
  });

  test('of blocked addresses are forgotten first, however many addresses there are', async () => {
    const { db, list } = await setUp();
    const blocked = Array.from({ length: 40 }, (_, n) =>
      knock({ reason: 'address blocked', address: `10.0.0.${n}`, lastAt: new Date(10_000 + n) }),
    );
    const others = Array.from({ length: 5 }, (_, n) => knock({ address: `192.0.2.${n}` }));
    await writeRefusedClients(db, [...blocked, ...others]);
    await forgetRefusedClients(db, 8);
    const left = (await list()).map(({ address }) => address);
    expect(left.filter((address) => address.startsWith('192.0.2.'))).toHaveLength(5);
    expect(left.slice(0, 3)).toEqual(['10.0.0.39', '10.0.0.38', '10.0.0.37']);
  });

  test('are forgotten from the oldest on, and come in pages, each once', async () => {
    const { db, pool, list } = await setUp();
    // Many of one instant: the pages go by the ID, too.
    const crowd = Array.from({ length: 30 }, (_, n) =>
      knock({ claimedId: `x${n}`, lastAt: new Date(1000 * (n >> 3)) }),
    );
    await writeRefusedClients(db, crowd);
    await forgetRefusedClients(db, 25);
    expect((await list()).map(({ lastAt }) => lastAt.getTime() / 1000).filter((at) => at === 0)).toHaveLength(
      3,
    );
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await listRefusedClients(pool, anything, { after, limit: 7 });
      seen.push(...page.rows.map(({ claimedId }) => claimedId));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual((await list()).map(({ claimedId }) => claimedId));
    expect(new Set(seen).size).toBe(25);
  });
});
