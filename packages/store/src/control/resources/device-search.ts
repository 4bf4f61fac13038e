/**
 * Devices of a registry by what is known of them. Each filter is a statement of its own, which an index answers in the
 * order of the list, however many devices the registry has: so there is one filter at a time.
 */

import { prefixRangeEnd } from '../../database/prefix-range.ts';
import { prepare, type Sql, type Statement } from '../../database/sql.ts';
import { liveNodes } from '../data-plane-nodes.ts';
import { type Page, type PageRequest, toPage } from '../db.ts';

export type DeviceFilter =
  /** Connected now. */
  | { readonly kind: 'online' }
  /** Never logged in. */
  | { readonly kind: 'neverSeen' }
  /** Logged in once, not connected now, and not since this time: longest away first. */
  | { readonly kind: 'notSeenSince'; readonly time: Date }
  | { readonly kind: 'label'; readonly key: string; readonly value: string }
  /** By name. */
  | { readonly kind: 'namePrefix'; readonly prefix: string };

export interface FoundDeviceRow {
  readonly id: string;
  readonly name: string | null;
  readonly labels: unknown;
  readonly createdAt: Date;
  readonly lastOnlineTime: Date | null;
  readonly lastAuthIp: string | null;
  /** Of the oldest live session; null: there is none. */
  readonly connectedAt: Date | null;
  readonly address: string | null;
  readonly sessions: number;
  readonly isDisabled: boolean;
}

/** `keys`: rows with `id` and `key`, by which the list is ordered and goes on. */
const found = (keys: string) => `
  SELECT d.id, d.name, d.labels, d.created_at AS "createdAt", activity.last_online_time AS "lastOnlineTime",
         activity.last_auth_ip AS "lastAuthIp", live.connected_at AS "connectedAt", live.address,
         coalesce(live.sessions, 0)::int AS sessions,
         EXISTS (SELECT FROM resource_blocks b WHERE b.device_id = d.id AND (b.ends_at IS NULL OR b.ends_at > now())) AS "isDisabled",
         page.key
  FROM (${keys}) AS page
  JOIN devices d ON d.id = page.id
  LEFT JOIN device_activity activity ON activity.device_id = d.id
  LEFT JOIN LATERAL (
    SELECT min(s.connected_at) AS connected_at, count(*) AS sessions,
           (array_agg(s.address ORDER BY s.connected_at))[1] AS address
    FROM live_sessions s
    WHERE s.resource_id = d.id AND s.resource_kind = 'device' AND s.node_id IN (${liveNodes})
    HAVING count(*) > 0
  ) AS live ON true
  ORDER BY page.key COLLATE "C"`;

const isOnline = (id: string) =>
  `EXISTS (SELECT FROM live_sessions s WHERE s.resource_id = ${id} AND s.resource_kind = 'device' AND s.node_id IN (${liveNodes}))`;

const statements = {
  online: prepare(
    'find-devices-online',
    found(`SELECT DISTINCT resource_id AS id, resource_id AS key FROM live_sessions
           WHERE registry_id = $1 AND resource_id > $2 AND node_id IN (${liveNodes})
           ORDER BY resource_id LIMIT $3`),
  ),
  // An MQTT server of the version before writes the activity alone.
  neverSeen: prepare(
    'find-devices-never-seen',
    found(`SELECT id, id AS key FROM devices
           WHERE registry_id = $1 AND NOT seen AND id > $2
             AND NOT EXISTS (SELECT FROM device_activity a WHERE a.device_id = devices.id AND a.last_auth_time IS NOT NULL)
           ORDER BY id LIMIT $3`),
  ),
  // The day is in the index, the time itself decides.
  notSeenSince: prepare(
    'find-devices-not-seen-since',
    found(`SELECT device_id AS id, seen_day || ' ' || device_id AS key FROM device_activity a
           WHERE device_registry_id = $1 AND (seen_day, device_id) > (split_part($2, ' ', 1)::date, split_part($2, ' ', 2) COLLATE "C")
             AND seen_day <= ($4::timestamptz AT TIME ZONE 'UTC')::date AND last_online_time < $4
             AND NOT ${isOnline('a.device_id')}
           ORDER BY seen_day, device_id LIMIT $3`),
  ),
  label: prepare(
    'find-devices-by-label',
    found(`SELECT id, id AS key FROM devices
           WHERE registry_id = $1 AND labels <> '{}' AND labels @> $4::jsonb AND id > $2 ORDER BY id LIMIT $3`),
  ),
  namePrefix: prepare(
    'find-devices-by-name-prefix',
    found(`SELECT id, name COLLATE "C" AS key FROM devices
           WHERE registry_id = $1 AND name IS NOT NULL AND name COLLATE "C" > $2 AND name COLLATE "C" >= $4 AND name COLLATE "C" < $5
           ORDER BY name COLLATE "C" LIMIT $3`),
  ),
};

/** Before every key: a day that is before all, where days are keys. */
const beginning = { day: '-infinity ', text: '' };

function statementOf(
  registryId: string,
  filter: DeviceFilter,
  after: string | undefined,
  limit: number,
): Statement {
  switch (filter.kind) {
    case 'notSeenSince':
      return statements.notSeenSince(registryId, after ?? beginning.day, limit, filter.time);
    case 'label':
      return statements.label(
        registryId,
        after ?? beginning.text,
        limit,
        JSON.stringify(Object.fromEntries([[filter.key, filter.value]])),
      );
    case 'namePrefix':
      return statements.namePrefix(
        registryId,
        after ?? beginning.text,
        limit,
        filter.prefix,
        prefixRangeEnd(filter.prefix),
      );
    default:
      return statements[filter.kind](registryId, after ?? beginning.text, limit);
  }
}

/** The devices of a registry that the filter picks, in an order of its own. */
export async function findDevices(
  db: Sql,
  registryId: string,
  filter: DeviceFilter,
  { after, limit }: PageRequest,
): Promise<Page<FoundDeviceRow>> {
  const statement = statementOf(registryId, filter, after, limit + 1);
  const { rows } = await db.query<FoundDeviceRow & { key: string }>(statement);
  return toPage(rows, limit, (row) => (row as FoundDeviceRow & { key: string }).key);
}
