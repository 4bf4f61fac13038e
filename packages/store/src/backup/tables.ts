import type { ClientBase } from 'pg';

/** Tables that no archive holds, and why. Every other table is in it: a new one need not be named anywhere. */
export const excludedTables: ReadonlyMap<string, string> = new Map([
  ['_prisma_migrations', 'the first line of the archive names them, and restoring applies them'],
  ['changes', 'what running processes have yet to hear; its positions mean nothing on another server'],
  ['permanent_usage', 'counted anew, by triggers, while the messages on permanent topics are restored'],
  ['data_plane_nodes', 'the MQTT processes of this moment; each registers itself'],
  ['browser_sessions', 'who is signed in at this moment: a copy signs nobody in'],
  ['sign_in_codes', 'links of the last minutes'],
  ['live_sessions', 'the sessions of this moment'],
  ['processes', 'the processes of this moment; each says so itself'],
  ['process_samples', 'what processes did that are not those of another installation'],
  ['tenant_samples', 'the same of registries and brokers, for a day'],
  ['cluster_nodes', 'the same as nodes of a cluster; each joins anew'],
  ['folder_counts', 'triggers count again as the resources come back'],
  ['registry_counts', 'the same of the devices of each registry'],
  ['resource_ids', 'triggers write it as the resources come back, and refuse an ID that two have'],
]);

/** Messages of exports, which `withoutBacklog` leaves out. */
export const backlogTables: ReadonlySet<string> = new Set(['export_chunks', 'export_dead_letters']);

/** What is written of cursors then, in place of their columns: nothing waits, and what waited is counted as discarded. */
const headOf = (column: string) =>
  `(SELECT heads.${column} FROM export_heads AS heads WHERE heads.export_id = export_cursors.export_id)`;
export const cursorsWithoutBacklog: ReadonlyMap<string, string> = new Map([
  ['position', headOf('head')],
  ['freed_bytes', headOf('bytes')],
  ['discarded', `(discarded + ${headOf('head')} - position)`],
]);

/** What must be there before a row of any other table comes: the IDs that two resources may have. */
const firstTable = 'resource_id_conflicts';

export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

export interface Column {
  readonly name: string;
  /** As Postgres writes it: `timestamp with time zone`. */
  readonly type: string;
}

/** The tables to archive, as the database itself describes them; a table comes after those that it refers to. */
export async function readTables(client: ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(`
    SELECT c.relname AS name,
           json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    GROUP BY c.relname ORDER BY c.relname`);
  const references = await readReferences(client);
  const archived = rows.filter(({ name }) => !excludedTables.has(name));
  const first = archived.filter(({ name }) => name === firstTable);
  return inOrder([...first, ...archived.filter(({ name }) => name !== firstTable)], references);
}

/** For each table, those that its foreign keys name. */
async function readReferences(client: ClientBase): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await client.query<{ name: string; parents: string[] }>(`
    SELECT child.relname AS name, json_agg(parent.relname) AS parents
    FROM pg_constraint k JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
    WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace AND k.conrelid <> k.confrelid
    GROUP BY child.relname`);
  return new Map(rows.map(({ name, parents }) => [name, parents]));
}

function inOrder(tables: readonly Table[], references: ReadonlyMap<string, readonly string[]>): Table[] {
  const ordered: Table[] = [];
  let waiting = [...tables];
  while (waiting.length > 0) {
    const names = new Set(waiting.map(({ name }) => name));
    const isReady = ({ name }: Table) => !references.get(name)?.some((parent) => names.has(parent));
    const ready = waiting.filter(isReady);
    if (ready.length === 0) throw new TypeError(`tables refer to each other: ${[...names].join(', ')}`);
    ordered.push(...ready);
    waiting = waiting.filter((table) => !ready.includes(table));
  }
  return ordered;
}

/** Whether our migrations, or some of them, were ever applied. */
export async function hasMigrations(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS exists`,
  );
  return rows[0]?.exists ?? false;
}

/** A name as SQL quotes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
