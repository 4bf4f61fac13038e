import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** An alias as the file of aliases lists it. */
export interface ListedAlias {
  readonly deviceId: string;
  readonly alias: string;
  readonly prefix: string;
  /** Index in that file. */
  readonly entry: number;
}

/** Kept in memory, in KiB; what is more goes to a file that has no name and ends with this process. */
const cacheKib = 8192;

/**
 * The aliases of one registry, a million or more: by device as they are listed, and in their order as they are taken. In a
 * private database of SQLite, which Node brings along, since they need not fit into memory. Text must be well-formed.
 */
export class AliasTable implements Disposable {
  // The empty name stands for a temporary database.
  readonly #database = new DatabaseSync('');
  readonly #list;
  readonly #take;
  #ofDevice: StatementSync | undefined;
  #meet: StatementSync | undefined;

  constructor() {
    this.#database.exec(`
      PRAGMA journal_mode = OFF;
      PRAGMA cache_size = -${cacheKib};
      CREATE TABLE read (deviceId TEXT, alias TEXT, prefix TEXT, entry INTEGER);
      CREATE TABLE taken (alias TEXT, deviceId TEXT);
      BEGIN`);
    this.#list = this.#database.prepare('INSERT INTO read VALUES (?, ?, ?, ?)');
    this.#take = this.#database.prepare('INSERT INTO taken VALUES (?, ?)');
  }

  list({ deviceId, alias, prefix, entry }: ListedAlias): void {
    this.#list.run(deviceId, alias, prefix, entry);
  }

  /** To be called when all are listed: sorted once, those of a device lie side by side. */
  sort(): void {
    this.#database.exec(`
      CREATE TABLE listed AS SELECT * FROM read ORDER BY deviceId, entry;
      CREATE INDEX listed_by_device ON listed (deviceId);
      DROP TABLE read;
      CREATE TABLE met (deviceId TEXT)`);
    this.#ofDevice = this.#database.prepare('SELECT * FROM listed WHERE deviceId = ? ORDER BY rowid');
    this.#meet = this.#database.prepare('INSERT INTO met VALUES (?)');
  }

  /** Those of a device, in the order of the file. */
  of(deviceId: string): ListedAlias[] {
    this.#meet?.run(deviceId);
    return (this.#ofDevice?.all(deviceId) ?? []) as unknown as ListedAlias[];
  }

  /** Those of devices that were not asked for, in the order of the file. */
  left(): Iterable<ListedAlias> {
    if (!this.#meet) return [];
    const left = 'SELECT * FROM listed WHERE deviceId NOT IN (SELECT deviceId FROM met) ORDER BY entry';
    return this.#database.prepare(left).iterate() as unknown as Iterable<ListedAlias>;
  }

  take(alias: string, deviceId: string): void {
    this.#take.run(alias, deviceId);
  }

  /** Those that were taken, in the order of their bytes: an alias is followed by those that it is the beginning of. */
  taken(): Iterable<{ readonly alias: string; readonly deviceId: string }> {
    const rows = this.#database.prepare('SELECT alias, deviceId FROM taken ORDER BY alias, rowid').iterate();
    return rows as unknown as Iterable<{ readonly alias: string; readonly deviceId: string }>;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
