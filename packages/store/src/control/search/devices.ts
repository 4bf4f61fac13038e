/**
 * Devices of a registry by what is known of them. Each filter and each order is a statement of its own, which an index
 * answers in the order of the list, however many devices the registry has: so there is one of them at a time.
 */

import { prefixRangeEnd } from '../../database/prefix-range.ts';
import { prepare, type Sql } from '../../database/sql.ts';
import { liveNodes } from '../data-plane-nodes.ts';
import type { PageRequest, TwoWayPage } from '../db.ts';

export type DeviceFilter =
  /** All of them, by ID. */
  | { readonly kind: 'all' }
  /** All of them, by the time of their creation. */
  | { readonly kind: 'oldest' | 'newest' }
  /** Those that have a name, by it. */
  | { readonly kind: 'named' }
  | { readonly kind: 'idPrefix'; readonly prefix: string }
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

type Order = 'ASC' | 'DESC';

/** `keys`: rows with `id` and `key`, by which the list is ordered and goes on. */
const found = (keys: string, order: Order) => `
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
  ORDER BY page.key COLLATE "C" ${order}`;

const isOnline = (id: string) =>
  `EXISTS (SELECT FROM live_sessions s WHERE s.resource_id = ${id} AND s.resource_kind = 'device' AND s.node_id IN (${liveNodes}))`;

/** What compares to the key of the last row, and the order in which the next ones are taken. */
interface Direction {
  readonly beyond: '>' | '<';
  readonly order: Order;
}

const byName =
  (condition: string) =>
  ({ beyond, order }: Direction) =>
    `SELECT id, name COLLATE "C" AS key FROM devices
   WHERE registry_id = $1 AND name IS NOT NULL AND name COLLATE "C" ${beyond} $2 AND ${condition}
   ORDER BY name COLLATE "C" ${order} LIMIT $3`;
const byId =
  (condition: string) =>
  ({ beyond, order }: Direction) =>
    `SELECT id, id AS key FROM devices WHERE registry_id = $1 AND id ${beyond} $2 AND ${condition} ORDER BY id ${order} LIMIT $3`;
const byCreation = ({ beyond, order }: Direction) =>
  `SELECT id, to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || ' ' || id AS key FROM devices
   WHERE registry_id = $1
     AND (created_at, id) ${beyond} (split_part($2, ' ', 1)::timestamptz, split_part($2, ' ', 2) COLLATE "C")
   ORDER BY created_at ${order}, id ${order} LIMIT $3`;

/** The keys of a page: $1 the registry, $2 the key that it begins after, $3 how many; the filter's own from $4 on. */
const keysOf: Readonly<Record<DeviceFilter['kind'], (direction: Direction) => string>> = {
  all: byId('true'),
  oldest: byCreation,
  newest: byCreation,
  named: byName('true'),
  idPrefix: byId('id >= $4 AND id < $5'),
  // A session outlives its device for a moment.
  online: ({ beyond, order }) =>
    `SELECT DISTINCT resource_id AS id, resource_id AS key FROM live_sessions
     WHERE registry_id = $1 AND resource_id ${beyond} $2 AND node_id IN (${liveNodes})
       AND EXISTS (SELECT FROM devices WHERE devices.id = resource_id)
     ORDER BY resource_id ${order} LIMIT $3`,
  // An MQTT server of the version before writes the activity alone.
  neverSeen: byId(
    'NOT seen AND NOT EXISTS (SELECT FROM device_activity a WHERE a.device_id = devices.id AND a.last_auth_time IS NOT NULL)',
  ),
  // The day is in the index, the time itself decides.
  notSeenSince: ({ beyond, order }) =>
    `SELECT device_id AS id, seen_day || ' ' || device_id AS key FROM device_activity a
     WHERE device_registry_id = $1
       AND (seen_day, device_id) ${beyond} (split_part($2, ' ', 1)::date, split_part($2, ' ', 2) COLLATE "C")
       AND seen_day <= ($4::timestamptz AT TIME ZONE 'UTC')::date AND last_online_time < $4 AND NOT ${isOnline('a.device_id')}
     ORDER BY seen_day ${order}, device_id ${order} LIMIT $3`,
  label: byId(`labels <> '{}' AND labels @> $4::jsonb`),
  namePrefix: byName('name COLLATE "C" >= $4 AND name COLLATE "C" < $5'),
};

/** Of a page, and of the one before it. */
const statements = new Map(
  Object.entries(keysOf).map(([kind, keys]) => {
    const order = kind === 'newest' ? 'DESC' : 'ASC';
    const [ahead, back]: [Direction, Direction] = [
      { beyond: '>', order: 'ASC' },
      { beyond: '<', order: 'DESC' },
    ];
    const [next, previous] = order === 'ASC' ? [ahead, back] : [back, ahead];
    return [
      kind,
      {
        next: prepare(`find-devices-${kind}`, found(keys(next), order)),
        previous: prepare(`find-devices-${kind}-before`, found(keys(previous), order)),
      },
    ] as const;
  }),
);

/** Before every key of a list. */
function beginningOf(kind: DeviceFilter['kind']): string {
  if (kind === 'newest') return 'infinity ';
  return kind === 'notSeenSince' || kind === 'oldest' ? '-infinity ' : '';
}

function valuesOf(filter: DeviceFilter): unknown[] {
  switch (filter.kind) {
    case 'notSeenSince':
      return [filter.time];
    case 'label':
      return [JSON.stringify(Object.fromEntries([[filter.key, filter.value]]))];
    case 'namePrefix':
    case 'idPrefix':
      return [filter.prefix, prefixRangeEnd(filter.prefix)];
    default:
      return [];
  }
}

/** Marks the key of a page that goes before it; no ID, name or time begins so. */
const back = '<';

type KeyedRow = FoundDeviceRow & { readonly key: string };

/** The devices of a registry that the filter picks, in an order of its own, a page forth or back. */
export async function findDevices(
  db: Sql,
  registryId: string,
  filter: DeviceFilter,
  { after, limit }: PageRequest,
): Promise<TwoWayPage<FoundDeviceRow>> {
  const isBack = after?.startsWith(back) ?? false;
  const key = isBack ? after?.slice(back.length) : after;
  const statement = statements.get(filter.kind)?.[isBack ? 'previous' : 'next'];
  if (!statement) throw new TypeError(`no statement finds devices by ${filter.kind}`);
  const values = [registryId, key ?? beginningOf(filter.kind), limit + 1, ...valuesOf(filter)];
  const { rows } = await db.query<KeyedRow>(statement(...values));
  const hasMore = rows.length > limit;
  // The row too many is at the end that the page goes to.
  const page = isBack ? rows.slice(-limit) : rows.slice(0, limit);
  const [first, last] = [page[0]?.key ?? key, page.at(-1)?.key ?? key];
  return {
    rows: page,
    next: isBack || hasMore ? last : undefined,
    previous: first !== undefined && (isBack ? hasMore : after !== undefined) ? back + first : undefined,
  };
}
