import type { DeviceFacts } from '@iotcore/model';
import type { Queryable } from './queryable.ts';

/** Those of the devices that exist, with all their aliases. */
export async function findDevices(db: Queryable, ids: readonly string[]): Promise<readonly DeviceFacts[]> {
  const { rows } = await db.query<{ id: string; registryId: string; aliases: [string, string][] | null }>(
    `SELECT d.id, d.registry_id AS "registryId",
            (SELECT json_agg(json_build_array(a.alias, a.prefix)) FROM topic_aliases a WHERE a.device_id = d.id) AS aliases
     FROM devices d WHERE d.id = ANY($1)`,
    [ids],
  );
  return rows.map(({ id, registryId, aliases }) => ({ id, registryId, aliases: new Map(aliases ?? []) }));
}

export interface AliasQuery {
  readonly registryId: string;
  /** Aliases looked for by their whole text. */
  readonly candidates: readonly string[];
  /** And those that begin with this, if it is defined. */
  readonly beginning: string | undefined;
  /** Devices answered at most. */
  readonly limit: number;
}

/** Which devices of a registry have such an alias. */
export async function findAliasOwners(db: Queryable, query: AliasQuery): Promise<readonly string[]> {
  const { registryId, candidates, beginning, limit } = query;
  const { rows } = await db.query<{ deviceId: string }>(
    `SELECT device_id AS "deviceId" FROM topic_aliases WHERE registry_id = $1 AND alias = ANY($2)
     UNION
     SELECT device_id FROM topic_aliases WHERE registry_id = $1 AND alias >= $3 AND alias < $4
     LIMIT $5`,
    [
      registryId,
      candidates,
      beginning ?? null,
      beginning === undefined ? null : endOfRange(beginning),
      limit,
    ],
  );
  return rows.map(({ deviceId }) => deviceId);
}

/** The least text behind all that begin so: these columns compare by bytes, and nothing holds this last character. */
export function endOfRange(beginning: string): string {
  return `${beginning}\u{10ffff}`;
}
