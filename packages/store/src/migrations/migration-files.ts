import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** False if the first line says so: for `CREATE INDEX CONCURRENTLY`, which Postgres refuses in a transaction. */
  readonly inTransaction: boolean;
  /** SHA-256 of the file, lower-case hex, as Prisma records it. */
  readonly checksum: string;
}

const withoutTransaction = '-- no transaction\n';
const migrationsFolder = join(import.meta.dirname, '../../../../prisma/migrations');

/** The migrations in Prisma's layout, `<time>_<name>/migration.sql`, oldest first. */
export async function readMigrations(folder = migrationsFolder): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { name, sql, checksum, inTransaction: !sql.startsWith(withoutTransaction) };
    }),
  );
}
