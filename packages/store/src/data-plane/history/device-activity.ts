import { prepare } from '../../database/sql.ts';
import { isOwner } from '../owners.ts';
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
  /** Where the device was; absent: not known. */
  readonly folderId?: string | undefined;
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

const write = prepare(
  'write_device_activities',
  `WITH written AS (
     INSERT INTO device_activity AS stored (device_id, ${columns.join(', ')}, first_auth_time, device_registry_id, seen_day)
     SELECT device_id, last_auth_ip, ${givenTimes.join(', ')}, ${givenTimes[0]}, devices.registry_id,
            (${lastOnline} AT TIME ZONE 'UTC')::date
     FROM unnest(
       $1::text[], $2::text[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[], $8::text[]
     ) AS given(device_id, ${columns.join(', ')}, folder_id)
     JOIN devices ON devices.id = given.device_id AND ${isOwner('devices')}
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
);

/** Adds to what is stored; each device at most once. Devices that are gone are left out, also if others have their IDs by now. */
export async function writeDeviceActivities(
  db: Queryable,
  activities: readonly DeviceActivityWrite[],
): Promise<void> {
  const ordered = activities.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  await db.query(
    write(
      ordered.map(({ deviceId }) => deviceId),
      ordered.map(({ lastAuthIp }) => lastAuthIp ?? null),
      ordered.map(({ lastAuthTime }) => lastAuthTime?.getTime() ?? null),
      ordered.map(({ lastPubActivityTime }) => lastPubActivityTime?.getTime() ?? null),
      ordered.map(({ lastSubActivityTime }) => lastSubActivityTime?.getTime() ?? null),
      ordered.map(({ lastOnlineTime }) => lastOnlineTime?.getTime() ?? null),
      ordered.map(({ lastDisconnectTime }) => lastDisconnectTime?.getTime() ?? null),
      ordered.map(({ folderId }) => folderId ?? null),
    ),
  );
}

const writePublished = prepare(
  'write_devices_published',
  `UPDATE device_activity AS stored
     SET last_pub_activity_time = greatest(stored.last_pub_activity_time, given.at),
         last_online_time = greatest(stored.last_online_time, given.at),
         seen_day = greatest(stored.seen_day, (given.at AT TIME ZONE 'UTC')::date)
     FROM (SELECT device_id, to_timestamp(ms / 1000) AS at FROM unnest($1::text[], $2::float8[]) AS _(device_id, ms)) AS given
     WHERE stored.device_id = given.device_id`,
);

/** When a device published last. */
export interface DevicePublished {
  readonly deviceId: string;
  /** In ms since 1970. */
  readonly atMs: number;
}

/**
 * The same for devices that did nothing but publish since all of their activity was written, which is most of what a fleet
 * does: two values a device instead of seven. Devices of which nothing is stored are left out.
 */
export async function writeDevicesPublished(
  db: Queryable,
  devices: readonly DevicePublished[],
): Promise<void> {
  const ordered = devices.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
  await db.query(
    // Arrays as Postgres writes them: the driver quotes each element, and messages wait meanwhile. IDs need no quotes.
    writePublished(
      `{${ordered.map(({ deviceId }) => deviceId).join(',')}}`,
      `{${ordered.map(({ atMs }) => atMs).join(',')}}`,
    ),
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
