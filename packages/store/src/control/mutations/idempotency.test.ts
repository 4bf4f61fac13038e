import { createId } from '@iotcore/model';
import { createDatabase } from '@iotcore/testkit';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPrisma, type PrismaDatabase } from '../../database/open-prisma.ts';
import { IdempotencyMismatchError, KeyInUseError } from '../errors.ts';
import { ControlStore } from '../store.ts';
import {
  claimKey,
  findEarlierOutcome,
  type IdempotencyKey,
  type KeyClaim,
  settleKey,
} from './idempotency.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let database: PrismaDatabase;
let store: ControlStore;
beforeAll(async () => {
  const { url, drop } = await createDatabase();
  database = openPrisma(url, { logger: quiet });
  store = new ControlStore(database, () => new Date());
  return async () => {
    await database.close();
    await drop();
  };
});

/** Of each test alone. */
let key: IdempotencyKey;
beforeEach(() => {
  key = {
    callerId: 'caller',
    operation: 'createRegistry',
    key: createId(),
    requestHash: new Uint8Array(32).fill(1),
  };
});

const claimed = async (wanted = key): Promise<KeyClaim> => {
  const claim = await store.keys.claim(wanted);
  if (!('ticket' in claim)) throw new Error('it was used before');
  return claim;
};
/** As if the process that claimed it had died some time ago. */
const age = (seconds: number) =>
  database.pool.query(
    'UPDATE idempotency_keys SET created_at = now() - make_interval(secs => $2) WHERE key = $1',
    [key.key, seconds],
  );
const call = {
  callerId: 'caller',
  remoteIp: '192.0.2.1',
  userAgent: '',
  requestId: 'r',
  eventType: 'devices.CreateRegistry',
  description: 'Create registry',
};
/** A mutation under a claim: a registry, as an operation makes it. */
const create = (claim: KeyClaim, id = createId()) =>
  store.mutate(call, claim, async (tx) => {
    const fields = { id, folderId: 'f', name: '', description: '', labels: {}, logOptions: null };
    const none = { certificates: [], password: undefined };
    const unlimited = { registries: undefined, devices: undefined, brokers: undefined };
    await tx.registries.create(fields, none, unlimited);
    return { resourceId: id, folderId: 'f', metadata: { '@type': 'm' }, response: { '@type': 'r' } };
  });
const registryCount = async () => (await database.pool.query('SELECT FROM registries')).rowCount ?? 0;

describe('a key that is worked on', () => {
  test('is refused to every other call, also with another request', async () => {
    await claimed();
    await expect(claimed()).rejects.toThrow(KeyInUseError);
    const other = { ...key, requestHash: new Uint8Array(32).fill(2) };
    await expect(claimed(other)).rejects.toThrow(IdempotencyMismatchError);
  });

  test('is not respected any longer than its lease', async () => {
    await claimed();
    await age(14);
    await expect(claimed()).rejects.toThrow(KeyInUseError);
    await age(16);
    await claimed();
  });

  test('is claimed by one of many calls at the same moment', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => claimed()));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

test('a call that lost its claim commits nothing, and the one that took it over does', async () => {
  const slow = await claimed();
  await age(16);
  const quick = await claimed();
  const before = await registryCount();
  await expect(create(slow)).rejects.toThrow(KeyInUseError);
  expect(await registryCount()).toBe(before);
  const operation = await create(quick);
  expect(await registryCount()).toBe(before + 1);
  expect(await store.keys.claim(key)).toEqual({ operationId: operation.id });
});

test('of two calls that commit under one key, one does its work, every time', async () => {
  for (let round = 0; round < 20; round += 1) {
    key = { ...key, key: createId() };
    const slow = await claimed();
    await age(16);
    const quick = await claimed();
    const before = await registryCount();
    const outcomes = await Promise.allSettled([create(slow), create(quick)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await registryCount()).toBe(before + 1);
  }
});

test('a mutation that fails leaves its key claimed, until it is given back', async () => {
  const claim = await claimed();
  const failing = store.mutate(call, claim, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  await expect(claimed()).rejects.toThrow(KeyInUseError);
  await store.keys.release(claim);
  await claimed();
});

test('a settled key is not given back, and is never claimed again', async () => {
  const claim = await claimed();
  const { id } = await create(claim);
  await store.keys.release(claim);
  await age(100);
  expect(await store.keys.claim(key)).toEqual({ operationId: id });
  const other = { ...key, requestHash: new Uint8Array(32).fill(2) };
  await expect(store.keys.claim(other)).rejects.toThrow(IdempotencyMismatchError);
});

test('work that leaves no operation is settled without one', async () => {
  await store.keys.settle(await claimed());
  expect(await store.keys.claim(key)).toEqual({ operationId: undefined });
});

test('the same key is another one for another caller, and for another operation', async () => {
  await claimed();
  await claimed({ ...key, callerId: 'other' });
  await claimed({ ...key, operation: 'createBroker' });
});

test('a key of the version before, which knew no operations, counts as used for another request', async () => {
  await database.pool.query(
    `INSERT INTO idempotency_keys (caller_id, key, request_hash, status, response) VALUES ($1, $2, '', 200, '{}')`,
    [key.callerId, key.key],
  );
  await expect(claimKey(database.pool, key)).rejects.toThrow(IdempotencyMismatchError);
  await expect(findEarlierOutcome(database.pool, key)).rejects.toThrow(IdempotencyMismatchError);
});

test('a claim of nothing cannot be settled', async () => {
  await expect(settleKey(database.pool, { ...key, ticket: 'none' })).rejects.toThrow(KeyInUseError);
});
