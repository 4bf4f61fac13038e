import { prepare, type Sql } from '../../database/sql.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import type { Owner } from '../resources/owners.ts';

export interface RetainedTopicRow {
  readonly topic: string;
  readonly bytes: number;
  readonly updatedAt: Date;
}

export interface RetainedMessageRow {
  readonly topic: string;
  readonly payload: Buffer;
  readonly updatedAt: Date;
}

/** An owner of permanent topics: a device, or a registry with its own topics, without those of its devices. */
export type RetainingOwner = Owner & { readonly kind: 'registry' | 'device' };

const ofOwner = {
  device: 'device_id = $1',
  registry: 'registry_id = $1 AND device_id IS NULL',
};

function statements(kind: RetainingOwner['kind']) {
  return {
    list: prepare(
      `list-retained-topics-${kind}`,
      `SELECT topic, octet_length(payload) AS bytes, updated_at AS "updatedAt", encode(topic_sha256, 'base64') AS key
       FROM permanent_messages
       WHERE ${ofOwner[kind]} AND ($2::text IS NULL OR topic_sha256 > decode($2, 'base64'))
         AND starts_with(topic, $4)
       ORDER BY topic_sha256 LIMIT $3`,
    ),
    find: prepare(
      `find-retained-message-${kind}`,
      `SELECT topic, payload, updated_at AS "updatedAt" FROM permanent_messages
       WHERE ${ofOwner[kind]} AND topic_sha256 = sha256(convert_to($2, 'UTF8'))`,
    ),
  };
}

const of = { device: statements('device'), registry: statements('registry') };

/** The topics with this beginning that have a retained message: quotas bound how many of an owner's are looked at. A page goes by their hashes: a topic is longer than a page token may be. */
export async function listRetainedTopics(
  db: Sql,
  { kind, id }: RetainingOwner,
  beginning: string,
  { after, limit }: PageRequest,
): Promise<Page<RetainedTopicRow>> {
  const { rows } = await db.query<RetainedTopicRow & { key: string }>(
    of[kind].list(id, after, limit + 1, beginning),
  );
  return toPage(rows, limit, (row) => (row as RetainedTopicRow & { key: string }).key);
}

/** The retained message of a topic, by its full name. */
export async function findRetainedMessage(
  db: Sql,
  { kind, id }: RetainingOwner,
  topic: string,
): Promise<RetainedMessageRow | undefined> {
  return (await db.query<RetainedMessageRow>(of[kind].find(id, topic))).rows[0];
}
