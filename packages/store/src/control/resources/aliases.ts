import { highestCharacter } from '../../database/prefix-range.ts';
import type { Sql } from '../../database/sql.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';
import { MissingError, TakenError } from '../errors.ts';

/** An alias and the topic prefix that it stands for, with the device's own ID in it. */
export interface NewAlias {
  readonly alias: string;
  readonly prefix: string;
}

interface AliasedDevice {
  readonly id: string;
  readonly registryId: string;
}

/** Gives a new device its aliases, of a registry that is locked. @throws TakenError if one conflicts with another device's */
export async function addAliases(
  tx: Sql,
  device: AliasedDevice,
  aliases: readonly NewAlias[],
): Promise<void> {
  if (aliases.length > 0) await insertAliases(tx, device, aliases);
}

/** Replaces all aliases of a device. @throws TakenError if one conflicts with another device's */
export async function replaceAliases(
  tx: Sql,
  device: AliasedDevice,
  aliases: readonly NewAlias[],
): Promise<void> {
  await lockAliases(tx, device.registryId);
  await tx.query({ text: 'DELETE FROM topic_aliases WHERE device_id = $1', values: [device.id] });
  if (aliases.length > 0) await insertAliases(tx, device, aliases);
}

async function insertAliases(
  tx: Sql,
  { id, registryId }: AliasedDevice,
  aliases: readonly NewAlias[],
): Promise<void> {
  await refuseConflicts(tx, registryId, aliases);
  await tx.query({
    text: `INSERT INTO topic_aliases (registry_id, device_id, alias, prefix)
           SELECT $1, $2, alias, prefix FROM unnest($3::text[], $4::text[]) AS added (alias, prefix)`,
    values: [registryId, id, aliases.map(({ alias }) => alias), aliases.map(({ prefix }) => prefix)],
  });
}

/**
 * Changes of aliases in one registry take turns: the primary key refuses two equal ones, but only a transaction that sees all of them
 * can tell that one is a prefix of another. Creating devices without aliases does not wait for this lock.
 *
 * @throws MissingError if the registry is gone
 */
export async function lockAliases(tx: Sql, registryId: string): Promise<void> {
  const text = 'SELECT 1 FROM registries WHERE id = $1 FOR NO KEY UPDATE';
  const { rows } = await tx.query({ text, values: [registryId] });
  if (rows.length === 0) throw new MissingError('Registry');
}

async function refuseConflicts(tx: Sql, registryId: string, aliases: readonly NewAlias[]): Promise<void> {
  const added = aliases.map(({ alias }) => alias);
  const prefixes = added.flatMap((alias) =>
    [...alias].map((_, i, characters) => characters.slice(0, i + 1).join('')),
  );
  const { rows } = await tx.query({
    text: `SELECT 1 FROM topic_aliases WHERE registry_id = $1 AND alias = ANY ($2::text[])
           UNION ALL
           SELECT 1 FROM unnest($3::text[]) AS added (alias) JOIN topic_aliases AS other
             ON other.registry_id = $1 AND other.alias >= added.alias AND other.alias < added.alias || $4::text
           LIMIT 1`,
    values: [registryId, prefixes, added, highestCharacter],
  });
  if (rows.length > 0) throw new TakenError('alias');
}

export interface AliasRow {
  readonly deviceId: string;
  readonly alias: string;
  readonly prefix: string;
}

/**
 * Where a page of aliases ends: a device, and which of its five at most, by 12 digits of its MD5. An alias itself may be
 * longer than a page token; that two of one device agree in 48 bits does not happen by chance.
 */
interface AliasKey {
  readonly deviceId: string;
  readonly digest: string;
}

const digestCharacters = 12;

/** The aliases of all devices of a registry, ordered by device. */
export async function listAliases(
  db: Sql,
  registryId: string,
  { after, limit }: PageRequest,
): Promise<Page<AliasRow>> {
  const { deviceId, digest } = readAliasKey(after);
  const { rows } = await db.query<AliasRow & AliasKey>({
    text: `SELECT device_id AS "deviceId", alias, prefix, left(md5(alias), 12) AS digest
           FROM topic_aliases
           WHERE registry_id = $1 AND device_id >= $2
             AND (device_id > $2 OR left(md5(alias), 12) COLLATE "C" > $3)
           ORDER BY device_id, left(md5(alias), 12) COLLATE "C" LIMIT $4`,
    values: [registryId, deviceId, digest, limit + 1],
  });
  return toPage(rows, limit, ({ deviceId, digest }) => digest + deviceId);
}

function readAliasKey(key = ''): AliasKey {
  return { deviceId: key.slice(digestCharacters), digest: key.slice(0, digestCharacters) };
}
