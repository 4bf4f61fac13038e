import type { Principal } from '@iotcore/model';
import { testDatabase } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPrisma } from '../../database/open-prisma.ts';
import { type AdoptedPassword, type AdoptionRecord, adoptPassword, findPasswordAdoptions } from '../index.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const at = new Date('2026-06-01T12:00:00Z');
const endsAt = new Date('2026-06-02T00:00:00Z');

const device: Principal = { kind: 'device', id: 'd1', registryId: 'r1' };
const registry: Principal = { kind: 'registry', id: 'r1' };
const broker: Principal = { kind: 'broker', id: 'b1' };
/** Of the same ID as the registry: imported IDs may coincide. */
const namesake: Principal = { kind: 'broker', id: 'r1' };

/** Registry r1 with device d1, and broker b1; both adopt. Registry r2 with d2 does not. There is no broker r1. */
async function fleet() {
  const database = openPrisma(await testDatabase(), { logger: quiet });
  onTestFinished(() => database.close());
  const { prisma, pool: db } = database;
  await prisma.registry.createMany({ data: ['r1', 'r2'].map((id) => ({ id, folderId: 'f' })) });
  await prisma.device.createMany({
    data: [
      { id: 'd1', registryId: 'r1', folderId: 'f' },
      { id: 'd2', registryId: 'r2', folderId: 'f' },
    ],
  });
  await prisma.broker.create({ data: { id: 'b1', folderId: 'f' } });
  const rule = { endsAt, attemptsPerMinute: 60, createdBy: 'admin' };
  await prisma.passwordAdoption.createMany({
    data: [
      { id: 'a1', registryId: 'r1', networks: ['192.0.2.0/24', '2001:db8::/32'], ...rule },
      { id: 'a2', brokerId: 'b1', networks: [], ...rule },
    ],
  });
  let count = 0;
  const adopt = (
    owner: Principal,
    more: { hash?: string; address?: string; at?: Date; weakness?: string } = {},
  ) => {
    const adopted = {
      ...{ id: `p${++count}`, hash: 'hash', address: '192.0.2.7', at, weakness: undefined },
      ...more,
      owner,
    };
    return adoptPassword(db, adopted, recordOf(adopted));
  };
  return { prisma, db, adopt };
}

/** As the MQTT server makes it: here only what tells one record from another. */
function recordOf({ id, owner, at, weakness }: AdoptedPassword): AdoptionRecord {
  const noun = owner.kind.charAt(0).toUpperCase() + owner.kind.slice(1);
  const field = { [`${owner.kind}Id`]: owner.id };
  return {
    description: `Adopt ${owner.kind} password`,
    eventType: `${owner.kind === 'broker' ? 'broker' : 'devices'}.Adopt${noun}Password`,
    metadata: { '@type': 'metadata', ...field, passwordId: id, ...(weakness && { weakness }) },
    response: { '@type': 'response', ...field, id, createdAt: at.toISOString() },
  };
}

describe('nothing is stored', () => {
  test('without adoption, after its end, from elsewhere, or for an owner that is not there', async () => {
    const { prisma, adopt } = await fleet();
    const refused = [
      adopt({ kind: 'device', id: 'd2', registryId: 'r2' }),
      adopt({ kind: 'device', id: 'd1', registryId: 'r2' }),
      adopt({ kind: 'device', id: 'gone', registryId: 'r1' }),
      adopt({ kind: 'registry', id: 'r2' }),
      adopt(namesake),
      adopt(device, { at: endsAt }),
      adopt(device, { address: '198.51.100.1' }),
      adopt(device, { address: 'fe80::1%eth0' }),
      adopt(device, { address: '' }),
    ];
    for (const outcome of await Promise.all(refused)) expect(outcome).toBe('changed meanwhile');
    expect(await prisma.password.count()).toBe(0);
    expect([await prisma.operation.count(), await prisma.auditEvent.count()]).toEqual([0, 0]);
  });

  test('in a disabled registry', async () => {
    const { prisma, adopt } = await fleet();
    await prisma.registry.update({ where: { id: 'r1' }, data: { status: 'DISABLED' } });
    expect([await adopt(device), await adopt(registry)]).toEqual(['changed meanwhile', 'changed meanwhile']);
    expect(await prisma.password.count()).toBe(0);
  });

  test('for an owner that has a password, whoever gave it', async () => {
    const { prisma, adopt } = await fleet();
    await prisma.password.create({ data: { id: 'given', hash: 'h', deviceId: 'd1' } });
    expect(await adopt(device)).toBe('changed meanwhile');
    expect(await adopt(registry)).toBe('adopted');
    expect(await adopt(registry)).toBe('changed meanwhile');
    expect(await prisma.password.count()).toBe(2);
  });
});

describe('a password', () => {
  test('is stored with its operation and audit event, which hold no hash', async () => {
    const { prisma, adopt } = await fleet();
    expect(await adopt(device, { hash: '$argon2…', weakness: 'Short.', address: '2001:db8::7' })).toBe(
      'adopted',
    );
    expect(await prisma.password.findFirst()).toMatchObject({
      id: 'p1',
      hash: '$argon2…',
      deviceId: 'd1',
      adoptedAt: at,
    });
    const operation = await prisma.operation.findFirstOrThrow();
    expect(operation).toMatchObject({
      resourceId: 'd1',
      folderId: 'f',
      createdBy: 'd1',
      description: 'Adopt device password',
      metadata: { deviceId: 'd1', passwordId: 'p1', weakness: 'Short.' },
      response: { deviceId: 'd1', id: 'p1', createdAt: at.toISOString() },
    });
    const event = await prisma.auditEvent.findFirstOrThrow();
    expect(event).toMatchObject({
      id: operation.id,
      eventType: 'devices.AdoptDevicePassword',
      callerId: null,
      remoteIp: '2001:db8::7',
      folderId: 'f',
      resourceId: 'd1',
      code: 0,
      details: { deviceId: 'd1', passwordId: 'p1', weakness: 'Short.', anew: false },
    });
    expect(JSON.stringify([operation, event])).not.toContain('argon2');
  });

  test('is adopted for a registry and a broker alike', async () => {
    const { prisma, adopt } = await fleet();
    expect([await adopt(registry), await adopt(broker, { address: 'nowhere' })]).toEqual([
      'adopted',
      'adopted',
    ]);
    const events = await prisma.auditEvent.findMany({ orderBy: { eventType: 'asc' } });
    expect(events.map(({ eventType }) => eventType)).toEqual([
      'broker.AdoptBrokerPassword',
      'devices.AdoptRegistryPassword',
    ]);
  });

  test('that was rejected is adopted anew, and the audit event says so', async () => {
    const { prisma, adopt } = await fleet();
    expect(await adopt(device)).toBe('adopted');
    await prisma.password.delete({ where: { id: 'p1' } });
    expect(await adopt(device)).toBe('adopted anew');
    const events = await prisma.auditEvent.findMany({ orderBy: { id: 'asc' } });
    expect(events.map(({ details }) => (details as { anew: boolean }).anew).sort()).toEqual([false, true]);
  });

  test('of many at once is exactly one, every time', async () => {
    const { prisma, adopt } = await fleet();
    for (let round = 0; round < 30; round++) {
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, n) => adopt(device, { hash: `hash-${n}` })),
      );
      expect(outcomes.filter((outcome) => outcome !== 'changed meanwhile')).toHaveLength(1);
      const { count } = await prisma.password.deleteMany({ where: { deviceId: 'd1' } });
      expect(count).toBe(1);
    }
  });

  test('is not adopted after the answer that adoption is off, every time', async () => {
    const { prisma, adopt } = await fleet();
    for (let round = 0; round < 20; round++) {
      const storming = Promise.all([adopt(device), adopt(registry)]);
      await prisma.passwordAdoption.deleteMany({ where: { registryId: 'r1' } });
      const then = await prisma.password.count();
      await storming;
      expect(await prisma.password.count()).toBe(then);
      await prisma.password.deleteMany();
      await prisma.passwordAdoption.create({
        data: { id: 'a1', registryId: 'r1', networks: [], endsAt, attemptsPerMinute: 60, createdBy: 'admin' },
      });
    }
  });
});

test('what is switched on is found by its owner', async () => {
  const { db } = await fleet();
  const found = await findPasswordAdoptions(db, [
    'registry:r1',
    'broker:r1',
    'broker:b1',
    'registry:__proto__',
  ]);
  expect([...found.keys()].sort()).toEqual(['broker:b1', 'registry:r1']);
  expect(found.get('registry:r1')).toEqual({
    endsAt,
    networks: ['192.0.2.0/24', '2001:db8::/32'],
    attemptsPerMinute: 60,
  });
  expect(await findPasswordAdoptions(db, ['registry:r2'])).toEqual(new Map());
});
