import type { Sql } from '../database/sql.ts';

/** Which messages an export takes. */
export interface ExportSourceRow {
  readonly id: string;
  readonly folderId: string;
  readonly registryId: string | null;
  readonly deviceId: string | null;
  readonly brokerId: string | null;
  /** null: every message of the source. */
  readonly mqttTopicFilter: string | null;
}

/** Is there a log, be it of an export that is gone? */
export async function hasExportLogs(db: Sql): Promise<boolean> {
  const { rows } = await db.query<{ hasLogs: boolean }>({
    text: 'SELECT EXISTS (SELECT FROM export_chunks) AS "hasLogs"',
    values: [],
  });
  return rows[0]?.hasLogs === true;
}

/** All of them: there are few, and each is asked about with every route. */
export async function findExportSources(db: Sql): Promise<readonly ExportSourceRow[]> {
  const { rows } = await db.query<ExportSourceRow>({
    text: `SELECT id, folder_id AS "folderId", registry_id AS "registryId", device_id AS "deviceId", broker_id AS "brokerId", mqtt_topic_filter AS "mqttTopicFilter"
           FROM exports ORDER BY id`,
    values: [],
  });
  return rows;
}
