import type { DeviceFacts } from '@iotcore/model';
import { prefixRangeEnd } from '../database/prefix-range.ts';
import type { Queryable } from './queryable.ts';

/** As the rules of topics need it. */
interface DeviceRow {
  readonly id: string;
  readonly registryId: string;
  readonly aliases: [string, string][] | null;
}

/** All aliases of a device, in a query; NULL if it has none. `id`: SQL for its ID. */
export const aliasesOf = (id: string): string =>
  `(SELECT json_agg(json_build_array(a.alias, a.prefix)) FROM topic_aliases a WHERE a.device_id = ${id})`;

/** One for all that have none, since a node knows very many devices. */
const noAliases: DeviceFacts['aliases'] = new Map();

export function toDeviceFacts({ id, registryId, aliases }: DeviceRow): DeviceFacts {
  return { id, registryId, aliases: aliases ? new Map(aliases) : noAliases };
}

/** Those of the devices that exist, with all their aliases. */
export async function findDevices(db: Queryable, ids: readonly string[]): Promise<readonly DeviceFacts[]> {
  const { rows } = await db.query<DeviceRow>(
    `SELECT d.id, d.registry_id AS "registryId", ${aliasesOf('d.id')} AS aliases FROM devices d WHERE d.id = ANY($1)`,
    [ids],
  );
  return rows.map(toDeviceFacts);
}

export interface AliasQuery {
  readonly registryId: string;
  /** An alias is looked for that this begins with. */
  readonly written: string;
  /** And those that begin with this, if it is defined. */
  readonly beginning: string | undefined;
}

/**
 * Which devices have such an alias, for each of the queries; at most `limit` for one. Of a registry's aliases none is the
 * beginning of another, so the one that a text begins with is the greatest that is not greater than the text: each query
 * costs one or two look-ups in an index, however long its text is.
 */
export async function findAliasOwners(
  db: Queryable,
  queries: readonly AliasQuery[],
  limit: number,
): Promise<readonly (readonly string[])[]> {
  const { rows } = await db.query<{ position: number; deviceId: string }>(
    `SELECT asked.position::int, found.device_id AS "deviceId"
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
       WITH ORDINALITY AS asked(registry_id, written, beginning, range_end, position)
     CROSS JOIN LATERAL (
       SELECT device_id FROM (
         SELECT device_id, alias FROM topic_aliases
         WHERE registry_id = asked.registry_id AND alias <= asked.written ORDER BY alias DESC LIMIT 1
       ) AS nearest WHERE starts_with(asked.written, nearest.alias)
       UNION
       (SELECT device_id FROM topic_aliases
        WHERE registry_id = asked.registry_id AND alias >= asked.beginning AND alias < asked.range_end LIMIT $5)
     ) AS found`,
    [
      queries.map(({ registryId }) => registryId),
      queries.map(({ written }) => written),
      queries.map(({ beginning }) => beginning ?? null),
      queries.map(({ beginning }) => (beginning === undefined ? null : prefixRangeEnd(beginning))),
      limit,
    ],
  );
  const owners = queries.map((): string[] => []);
  for (const { position, deviceId } of rows) owners[position - 1]?.push(deviceId);
  return owners;
}
