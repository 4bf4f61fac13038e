/** Operations, audit events and logs outlive what they are about: a resource that gets its ID later must not have them. */
import { createId } from '@iotcore/model';
import { createDatabase, type TestDatabase } from '@iotcore/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeLogLines } from '../../data-plane/index.ts';
import { openPrisma, type PrismaDatabase } from '../../database/open-prisma.ts';
import type { Sql } from '../../database/sql.ts';
import { mutate } from '../mutations/mutate.ts';
import type { OwnerInFolder, OwnerKind } from '../resources/owners.ts';
import { listAuditEvents } from './audit-events.ts';
import { listLog } from './connection-log.ts';
import { listOperations } from './operations.ts';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const page = { after: undefined, limit: 100 };
const always = { since: undefined, until: undefined };
const everyLine = { ...always, level: undefined, reason: undefined };

let shared: TestDatabase;
let database: PrismaDatabase;
beforeAll(async () => {
  shared = await createDatabase();
  database = openPrisma(shared.url, { logger: quiet });
  await database.prisma.registry.create({ data: { id: 'parent', folderId: 'f' } });
});
afterAll(async () => {
  await database.close();
  await shared.drop();
});

const tables = { registry: 'registries', device: 'devices', broker: 'brokers' };

/** Creates a resource with an operation and a line of the log, and deletes it. */
async function liveAndDie({ kind, id, folderId }: OwnerInFolder): Promise<void> {
  const { pool } = database;
  const call = (name: string) => {
    const noun = kind.charAt(0).toUpperCase() + kind.slice(1);
    return {
      facts: {
        ...{ callerId: 'c', remoteIp: '', userAgent: '', requestId: '' },
        ...{ eventType: `devices.${name}${noun}`, description: name },
      },
      metadata: { '@type': `type.googleapis.com/yandex.cloud.iot.devices.v1.${name}${noun}Metadata` },
    };
  };
  for (const name of ['Create', 'Delete']) {
    const { facts, metadata } = call(name);
    const mutation = async (tx: Sql) => {
      const column = kind === 'device' ? ', registry_id' : '';
      const statement =
        name === 'Create'
          ? `INSERT INTO ${tables[kind]} (id, folder_id${column}) VALUES ('${id}', '${folderId}'${column && `, 'parent'`})`
          : `DELETE FROM ${tables[kind]} WHERE id = '${id}'`;
      await tx.query({ text: statement, values: [] });
      return { resourceId: id, folderId, metadata, response: {} };
    };
    await mutate(pool, facts, undefined, mutation, () => new Date());
    if (name === 'Create') {
      await writeLogLines(pool, [
        {
          resourceId: id,
          at: new Date(),
          level: 'INFO',
          reason: 'connected',
          message: `${kind} of ${folderId}`,
          mustExist: false,
        },
      ]);
    }
  }
}

test('an ID that others had before shows nothing of them: each kind and folder has its own records', async () => {
  const { prisma, pool } = database;
  const id = createId();
  const subjects = (['registry', 'device', 'broker'] as OwnerKind[]).flatMap((kind) =>
    ['f', 'theirs'].map((folderId) => ({ kind, id, folderId })),
  );
  for (const subject of subjects) await liveAndDie(subject);
  for (const subject of subjects) {
    const operations = await listOperations(pool, subject, page);
    expect(operations.rows.map(({ description }) => description)).toEqual(['Delete', 'Create']);
    const log = await listLog(pool, subject, everyLine, page);
    expect(log.rows.map(({ message }) => message)).toEqual([`${subject.kind} of ${subject.folderId}`]);
    const filter = { callerId: undefined, eventType: undefined, ...always };
    const { kind: resourceKind, folderId } = subject;
    const events = await listAuditEvents(prisma, { ...filter, folderId, resourceKind, resourceId: id }, page);
    expect(events.rows).toHaveLength(2);
  }
});
