import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPrisma } from '../database/open-prisma.ts';
import {
  findAliasOwners,
  findCertificateIdentities,
  findDeviceActivities,
  findDevices,
  findIdentities,
  findPublicSigningKey,
  type Queryable,
  removeNodes,
  renewNode,
  writeDeviceActivities,
  writeDevicesPublished,
  writeLogLines,
} from './index.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2027-01-01T00:00:00Z');

/** Registry r1 (active) with devices d1, d2; r2 (disabled) with d3; broker b1; a password and a certificate of each. */
async function fleet() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool } = database;
  await prisma.registry.createMany({
    data: [
      { id: 'r1', folderId: 'f' },
      { id: 'r2', folderId: 'f', status: 'DISABLED' },
    ],
  });
  await prisma.device.createMany({
    data: [
      { id: 'd1', registryId: 'r1', folderId: 'f' },
      { id: 'd2', registryId: 'r1', folderId: 'f' },
      { id: 'd3', registryId: 'r2', folderId: 'f' },
    ],
  });
  await prisma.broker.create({ data: { id: 'b1', folderId: 'f' } });
  const owners = [{ registryId: 'r1' }, { deviceId: 'd1' }, { deviceId: 'd3' }, { brokerId: 'b1' }];
  for (const [index, owner] of owners.entries()) {
    const name = Object.values(owner)[0];
    await prisma.password.create({ data: { id: `p-${name}`, hash: `hash-${name}`, ...owner } });
    await prisma.certificate.create({
      data: {
        sha256: Buffer.alloc(32, index + 1),
        fingerprint: `sha1-${name}`,
        pem: '',
        notBefore,
        notAfter,
        ...owner,
      },
    });
  }
  return { prisma, db: pool as Queryable };
}

const sha256 = (n: number) => Buffer.alloc(32, n).toString('hex');
const byId = (a: { principal: { id: string } }, b: { principal: { id: string } }) =>
  a.principal.id < b.principal.id ? -1 : 1;

describe('identities', () => {
  test('are not found for an ID that nobody has', async () => {
    const { db } = await fleet();
    expect(await findIdentities(db, ['nobody', "'; drop table devices; --", '__proto__'])).toEqual([]);
    expect(await findCertificateIdentities(db, [sha256(99)])).toEqual([]);
  });

  test('are told to be blocked until the time has come that was said, or until they are enabled', async () => {
    const { db } = await fleet();
    const block = (column: string, id: string, endsAt: string | null) =>
      db.query(
        `INSERT INTO resource_blocks (id, ${column}, ends_at, created_by) VALUES ($1, $1, $2, 'c')
         ON CONFLICT (${column}) DO UPDATE SET ends_at = excluded.ends_at`,
        [id, endsAt],
      );
    const blocked = async () => {
      const byPassword = await findIdentities(db, ['d1', 'd2', 'b1', 'r1']);
      const byCertificate = await findCertificateIdentities(db, [1, 2, 3, 4].map(sha256));
      return [byPassword, byCertificate].map((found) =>
        found.flatMap((one) => (one.blocked ? [one.principal.id] : [])).sort(),
      );
    };
    expect(await blocked()).toEqual([[], []]);
    await block('device_id', 'd1', null);
    await block('broker_id', 'b1', '2999-01-01T00:00:00Z');
    await block('device_id', 'd2', '2020-01-01T00:00:00Z');
    expect(await blocked()).toEqual([
      ['b1', 'd1'],
      ['b1', 'd1'],
    ]);
    await block('device_id', 'd1', '2020-01-01T00:00:00Z');
    expect(await blocked()).toEqual([['b1'], ['b1']]);
  });

  test('come with their passwords and aliases only, and tell whether their registry is disabled', async () => {
    const { db, prisma } = await fleet();
    await prisma.password.create({ data: { id: 'p-d1-new', hash: 'new', deviceId: 'd1' } });
    await prisma.topicAlias.create({
      data: { registryId: 'r1', deviceId: 'd1', alias: 'lamp/', prefix: '$devices/d1/' },
    });
    const found = [...(await findIdentities(db, ['d1', 'd2', 'd3', 'r1', 'b1']))].sort(byId);
    expect(found).toEqual([
      {
        principal: { kind: 'broker', id: 'b1', folderId: 'f' },
        disabled: false,
        passwords: [{ id: 'p-b1', hash: 'hash-b1' }],
      },
      {
        principal: { kind: 'device', id: 'd1', registryId: 'r1', folderId: 'f' },
        device: { id: 'd1', registryId: 'r1', aliases: new Map([['lamp/', '$devices/d1/']]) },
        disabled: false,
        passwords: [
          { id: 'p-d1-new', hash: 'new' },
          { id: 'p-d1', hash: 'hash-d1' },
        ],
      },
      {
        principal: { kind: 'device', id: 'd2', registryId: 'r1', folderId: 'f' },
        device: { id: 'd2', registryId: 'r1', aliases: new Map() },
        disabled: false,
        passwords: [],
      },
      {
        principal: { kind: 'device', id: 'd3', registryId: 'r2', folderId: 'f' },
        device: { id: 'd3', registryId: 'r2', aliases: new Map() },
        disabled: true,
        passwords: [{ id: 'p-d3', hash: 'hash-d3' }],
      },
      {
        principal: { kind: 'registry', id: 'r1', folderId: 'f' },
        disabled: false,
        passwords: [{ id: 'p-r1', hash: 'hash-r1' }],
      },
    ]);
  });

  test('are found by certificate, with its dates', async () => {
    const { db } = await fleet();
    const found = await findCertificateIdentities(db, [1, 2, 3, 4].map(sha256));
    expect([...found].sort(byId)).toEqual([
      {
        principal: { kind: 'broker', id: 'b1', folderId: 'f' },
        disabled: false,
        ...{ sha256: sha256(4), fingerprint: 'sha1-b1', notBefore, notAfter },
      },
      {
        principal: { kind: 'device', id: 'd1', registryId: 'r1', folderId: 'f' },
        device: { id: 'd1', registryId: 'r1', aliases: new Map() },
        disabled: false,
        ...{ sha256: sha256(2), fingerprint: 'sha1-d1', notBefore, notAfter },
      },
      {
        principal: { kind: 'device', id: 'd3', registryId: 'r2', folderId: 'f' },
        device: { id: 'd3', registryId: 'r2', aliases: new Map() },
        disabled: true,
        ...{ sha256: sha256(3), fingerprint: 'sha1-d3', notBefore, notAfter },
      },
      {
        principal: { kind: 'registry', id: 'r1', folderId: 'f' },
        disabled: false,
        ...{ sha256: sha256(1), fingerprint: 'sha1-r1', notBefore, notAfter },
      },
    ]);
  });
});

describe('devices', () => {
  test('come with their aliases, and owners of aliases are found within their registry only', async () => {
    const { db, prisma } = await fleet();
    await prisma.topicAlias.createMany({
      data: [
        { registryId: 'r1', deviceId: 'd1', alias: 'my/a/', prefix: '$devices/d1/' },
        { registryId: 'r1', deviceId: 'd2', alias: 'my/b/', prefix: '$devices/d2/' },
        { registryId: 'r2', deviceId: 'd3', alias: 'my/a/', prefix: '$devices/d3/' },
      ],
    });
    const found = await findDevices(db, ['d1', 'gone']);
    expect(found).toEqual([{ id: 'd1', registryId: 'r1', aliases: new Map([['my/a/', '$devices/d1/']]) }]);
    const owners = async (written: string, beginning?: string, limit = 100) =>
      [...((await findAliasOwners(db, [{ registryId: 'r1', written, beginning }], limit))[0] ?? [])].sort();
    expect(await owners('my/a/b')).toEqual(['d1']);
    expect(await owners('my/a/')).toEqual(['d1']);
    expect(await owners('my/a')).toEqual([]);
    expect(await owners('my/aa')).toEqual([]);
    expect(await owners('z')).toEqual([]);
    expect(await owners('my/a/b', 'my/a/b')).toEqual(['d1']);
    expect(await owners('my/', 'my/')).toEqual(['d1', 'd2']);
    expect(await owners('my/', 'my/', 1)).toHaveLength(1);
    expect(await owners('my%', 'my%')).toEqual([]);
    const many = ['my/b/x', 'nobody', 'my/a/x'].map((written) => ({
      ...{ registryId: 'r1', written },
      beginning: undefined,
    }));
    expect(await findAliasOwners(db, many, 100)).toEqual([['d2'], [], ['d1']]);
  });
});

describe('activity, log lines and nodes', () => {
  test('activity keeps the latest of what comes in any order, and devices that are gone are left out', async () => {
    const { db } = await fleet();
    const none = {
      lastAuthIp: undefined,
      lastAuthTime: undefined,
      lastPubActivityTime: undefined,
      lastSubActivityTime: undefined,
      lastOnlineTime: undefined,
      lastDisconnectTime: undefined,
    };
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
    await writeDeviceActivities(db, [
      { ...none, deviceId: 'gone', lastAuthTime: at(1) },
      { ...none, deviceId: 'd1', lastAuthIp: '192.0.2.9', lastAuthTime: at(9), lastPubActivityTime: at(5) },
    ]);
    await writeDeviceActivities(db, [
      { ...none, deviceId: 'd1', lastAuthIp: '192.0.2.1', lastAuthTime: at(1), lastOnlineTime: at(7) },
    ]);
    expect(await findDeviceActivities(db, ['d1', 'gone'])).toEqual(
      new Map([
        [
          'd1',
          {
            ...none,
            lastAuthIp: '192.0.2.9',
            lastAuthTime: at(9),
            lastPubActivityTime: at(5),
            lastOnlineTime: at(7),
          },
        ],
      ]),
    );
  });

  test('that devices published is kept where it is later than what is stored, and of none of which nothing is', async () => {
    const { db } = await fleet();
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
    const stored = {
      lastAuthIp: '192.0.2.9',
      lastAuthTime: at(1),
      lastPubActivityTime: at(5),
      lastSubActivityTime: at(3),
      lastOnlineTime: at(5),
      lastDisconnectTime: undefined,
    };
    await writeDeviceActivities(db, [{ ...stored, deviceId: 'd1' }]);
    const publishedAt = (second: number) =>
      writeDevicesPublished(
        db,
        ['gone', 'd2', 'd1'].map((deviceId) => ({ deviceId, atMs: at(second).getTime() })),
      );
    await publishedAt(4);
    expect(await findDeviceActivities(db, ['d1', 'd2', 'gone'])).toEqual(new Map([['d1', stored]]));
    await publishedAt(8);
    expect(await findDeviceActivities(db, ['d1', 'd2', 'gone'])).toEqual(
      new Map([['d1', { ...stored, lastPubActivityTime: at(8), lastOnlineTime: at(8) }]]),
    );
  });

  const line = (resourceId: string, message: string, level: 'INFO' | 'WARN' = 'INFO', mustExist = false) => ({
    ...{ resourceId, message, level, mustExist, reason: `reason of ${message}` },
    at: new Date('2026-01-01T00:00:00Z'),
  });

  test('log lines keep their order, and those that need their resource are left out without it', async () => {
    const { db, prisma } = await fleet();
    await writeLogLines(db, [
      line('gone', 'of a device that is gone', 'INFO'),
      line('gone', 'about a name that nobody has', 'WARN', true),
      ...['d1', 'r1', 'b1'].map((id) => line(id, `about ${id}`, 'WARN', true)),
    ]);
    const lines = await prisma.connectionLog.findMany({ orderBy: { id: 'asc' } });
    expect(lines.map(({ reason }) => reason)).toEqual(lines.map(({ message }) => `reason of ${message}`));
    expect(lines.map(({ message, level }) => `${level} ${message}`)).toEqual([
      'INFO of a device that is gone',
      'WARN about d1',
      'WARN about r1',
      'WARN about b1',
    ]);
    const subjects = lines.map(({ resourceKind, resourceId, folderId }) => [
      resourceKind,
      resourceId,
      folderId,
    ]);
    expect(subjects).toEqual([
      [null, 'gone', null],
      ['device', 'd1', 'f'],
      ['registry', 'r1', 'f'],
      ['broker', 'b1', 'f'],
    ]);
  });

  test('log lines obey the log options of the registry, for its devices too, and of the broker', async () => {
    const { db, prisma } = await fleet();
    await prisma.registry.update({ where: { id: 'r1' }, data: { logOptions: { minLevel: 'WARN' } } });
    await prisma.registry.update({ where: { id: 'r2' }, data: { logOptions: { disabled: true } } });
    await prisma.broker.update({
      where: { id: 'b1' },
      data: { logOptions: { minLevel: 'LEVEL_UNSPECIFIED' } },
    });
    for (const id of ['r1', 'd1', 'd3', 'b1']) {
      await writeLogLines(db, [line(id, 'info'), line(id, 'warn', 'WARN')]);
    }
    const lines = await prisma.connectionLog.findMany({ orderBy: { id: 'asc' } });
    expect(lines.map(({ resourceId, message }) => `${resourceId} ${message}`)).toEqual([
      'r1 warn',
      'd1 warn',
      'b1 info',
      'b1 warn',
    ]);
  });

  test('a signing key comes without its private part', async () => {
    const { db, prisma } = await fleet();
    await prisma.signingKey.create({ data: { kid: 'k1', jwk: { kty: 'OKP', x: 'public', d: 'private' } } });
    expect(await findPublicSigningKey(db, 'k1')).toEqual({ kty: 'OKP', x: 'public' });
    expect(await findPublicSigningKey(db, 'k2')).toBeUndefined();
  });

  test('a node is listed once, with its latest address, until it goes', async () => {
    const { db, prisma } = await fleet();
    const node = { id: 'n1', inCluster: true, place: 'here' };
    await renewNode(db, { ...node, url: 'http://old' });
    await renewNode(db, { ...node, url: 'http://new' });
    expect(await prisma.dataPlaneNode.findMany({ select: { url: true } })).toEqual([{ url: 'http://new' }]);
    await removeNodes(db, ['n1']);
    expect(await prisma.dataPlaneNode.count()).toBe(0);
  });
});
