import { randomBytes } from 'node:crypto';
import { type Database, migrate, openDatabase } from '@iotcore/store';
import { Cluster } from './cluster.ts';
import { makeCluster } from './made-cluster.ts';
import { quiet } from './quiet.ts';

const templateName = 'template_migrated';

/** Makes databases as copies of one that is migrated once. Starts its Postgres when the first is asked for. */
export class DatabaseFactory {
  readonly #folder: string;
  readonly #maxConnections: number;
  #made: Promise<string> | undefined;
  #started: Promise<{ cluster: Cluster; maintenance: Database }> | undefined;
  /** Copying a template wants it for itself, so one copy is made at a time. */
  #queue: Promise<unknown> = Promise.resolve();

  /**
   * @param folder what it makes lies there; the caller removes it
   * @param maxConnections to all its databases together
   */
  constructor(folder: string, maxConnections: number) {
    this.#folder = folder;
    this.#maxConnections = maxConnections;
  }

  /** The folder of a cluster that initdb made, for `copyMadeCluster`. */
  madeCluster(): Promise<string> {
    this.#made ??= makeCluster(this.#folder).then(() => this.#folder);
    return this.#made;
  }

  create(): Promise<string> {
    const name = `test_${randomBytes(8).toString('hex')}`;
    return this.#oneAfterTheOther(async () => {
      this.#started ??= this.madeCluster().then((made) => start(made, this.#maxConnections));
      const { cluster, maintenance } = await this.#started;
      // By files: with `fsync` off that costs a third of what writing each page to the log does.
      await maintenance.pool.query(`CREATE DATABASE ${name} TEMPLATE ${templateName} STRATEGY file_copy`);
      return cluster.url(name);
    });
  }

  async drop(name: string): Promise<void> {
    if (!/^test_[0-9a-f]{16}$/.test(name)) throw new TypeError(`not a test database: ${name}`);
    const started = await this.#started;
    await started?.maintenance.pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  async close(): Promise<void> {
    const started = await this.#started;
    await started?.maintenance.close();
    await started?.cluster.remove();
  }

  #oneAfterTheOther<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => {});
    return result;
  }
}

async function start(
  made: string,
  maxConnections: number,
): Promise<{ cluster: Cluster; maintenance: Database }> {
  const cluster = await Cluster.create(made, maxConnections);
  const maintenance = openDatabase(cluster.url('postgres'), { logger: quiet });
  await maintenance.pool.query(`CREATE DATABASE ${templateName}`);
  await migrate(cluster.url(templateName), quiet);
  return { cluster, maintenance };
}
