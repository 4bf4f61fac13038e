import { prepare, type Sql } from '../../database/sql.ts';
import { liveNodes } from '../data-plane-nodes.ts';
import type { Owner } from '../resources/owners.ts';

export interface LiveSessionRow {
  readonly clientId: string;
  readonly address: string;
  readonly secure: boolean;
  readonly connectedAt: Date;
  readonly nodeId: string;
  readonly passwordId: string | null;
  readonly certificateFingerprint: string | null;
}

/** One owner has at most so many as `IOT_MQTT_MAX_CONNECTIONS_PER_PRINCIPAL` lets in; more are not shown. */
const most = 1000;

const ofOwner = prepare(
  'list-live-sessions',
  `SELECT client_id AS "clientId", address, secure, connected_at AS "connectedAt", node_id AS "nodeId",
          password_id AS "passwordId", certificate_fingerprint AS "certificateFingerprint"
   FROM live_sessions
   WHERE resource_id = $1 AND resource_kind = $2 AND node_id IN (${liveNodes})
   ORDER BY connected_at, client_id LIMIT ${most}`,
);

/** The sessions that a registry, device or broker itself has now, oldest first. */
export async function listLiveSessions(db: Sql, { kind, id }: Owner): Promise<readonly LiveSessionRow[]> {
  return (await db.query<LiveSessionRow>(ofOwner(id, kind))).rows;
}

/** Has every MQTT server end its sessions of a registry, device or broker, once this is committed. */
export async function requestDisconnect(tx: Sql, { kind, id }: Owner): Promise<void> {
  await tx.query({
    text: `WITH told AS (INSERT INTO changes (kind, key) VALUES ('disconnect', $1)) SELECT pg_notify('iotcore_changes', '')`,
    values: [`${kind}:${id}`],
  });
}
