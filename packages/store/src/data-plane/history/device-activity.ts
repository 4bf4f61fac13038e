import type { Queryable } from '../queryable.ts';

/** What is known of a device's activity; undefined where nothing is. */
export interface DeviceActivity {
  readonly lastAuthIp: string | undefined;
  readonly lastAuthTime: Date | undefined;
  readonly lastPubActivityTime: Date | undefined;
  readonly lastSubActivityTime: Date | undefined;
  readonly lastOnlineTime: Date | undefined;
  readonly lastDisconnectTime: Date | undefined;
}

export interface DeviceActivityWrite extends DeviceActivity {
  readonly deviceId: string;
}

const columns = [
  'last_auth_ip',
  'last_auth_time',
  'last_pub_activity_time',
  'last_sub_activity_time',
  'last_online_time',
  'last_disconnect_time',
] as const;

/** Times are given as milliseconds since 1970: writing them as text costs three times as much. */
const givenTimes = columns.slice(1).map((column) => `to_timestamp(given.${column} / 1000)`);

/** The last of the times, before it is stored. */
const lastOnline = `to_timestamp(given.last_online_time / 1000)`;

/** The later of what is stored and what is given: several nodes write, in any order. GREATEST passes over NULL. */
const times = columns.slice(1).map((column) => `${column} = greatest(excluded.${column}, stored.${column})`);

/** Adds to what is stored; each device at most once. Devices that are gone are left out. */
export async function writeDeviceActivities(
  db: Queryable,
  activities: readonly DeviceActivityWrite[],
): Promise<void> {
  const ordered = activities.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  await db.query(
    `WITH written AS (
     INSERT INTO device_activity AS stored (device_id, ${columns.join(', ')}, first_auth_time, device_registry_id, seen_day)
     SELECT device_id, last_auth_ip, ${givenTimes.join(', ')}, ${givenTimes[0]}, devices.registry_id,
            (${lastOnline} AT TIME ZONE 'UTC')::date
     FROM unnest(
       $1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[]
     ) AS given(device_id, ${columns.join(', ')})
     JOIN devices ON devices.id = given.device_id
     ON CONFLICT (device_id) DO UPDATE SET
       first_auth_time = CASE WHEN stored.last_auth_time IS NULL THEN excluded.last_auth_time
                              WHEN stored.first_auth_time > excluded.last_auth_time THEN excluded.last_auth_time
                              ELSE stored.first_auth_time END,
       last_auth_ip = CASE WHEN excluded.last_auth_time >= stored.last_auth_time OR stored.last_auth_time IS NULL
                           THEN coalesce(excluded.last_auth_ip, stored.last_auth_ip) ELSE stored.last_auth_ip END,
       device_registry_id = excluded.device_registry_id, seen_day = greatest(excluded.seen_day, stored.seen_day),
       ${times.join(',\n       ')}
     RETURNING device_id, stored.last_auth_time IS NOT NULL AS is_seen, xmax = 0 AS is_new
     )
     UPDATE devices SET seen = true FROM written
     WHERE written.is_new AND written.is_seen AND devices.id = written.device_id AND NOT devices.seen`,
    [
      ordered.map(({ deviceId }) => deviceId),
      ordered.map(({ lastAuthIp }) => lastAuthIp ?? null),
      ordered.map(({ lastAuthTime }) => lastAuthTime?.getTime() ?? null),
      ordered.map(({ lastPubActivityTime }) => lastPubActivityTime?.getTime() ?? null),
      ordered.map(({ lastSubActivityTime }) => lastSubActivityTime?.getTime() ?? null),
      ordered.map(({ lastOnlineTime }) => lastOnlineTime?.getTime() ?? null),
      ordered.map(({ lastDisconnectTime }) => lastDisconnectTime?.getTime() ?? null),
    ],
  );
}

/** What is stored of these devices, by ID. */
export async function findDeviceActivities(
  db: Queryable,
  deviceIds: readonly string[],
): Promise<ReadonlyMap<string, DeviceActivity>> {
  const { rows } = await db.query<{ [Column in (typeof columns)[number]]: never } & { device_id: string }>(
    `SELECT device_id, ${columns.join(', ')} FROM device_activity WHERE device_id = ANY($1)`,
    [deviceIds],
  );
  return new Map(
    rows.map((row) => [
      row.device_id,
      {
        lastAuthIp: row.last_auth_ip ?? undefined,
        lastAuthTime: row.last_auth_time ?? undefined,
        lastPubActivityTime: row.last_pub_activity_time ?? undefined,
        lastSubActivityTime: row.last_sub_activity_time ?? undefined,
        lastOnlineTime: row.last_online_time ?? undefined,
        lastDisconnectTime: row.last_disconnect_time ?? undefined,
      },
    ]),
  );
}
