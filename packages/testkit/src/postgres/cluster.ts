import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '@iotcore/store/embedded';
import { copyMadeCluster } from './made-cluster.ts';
import { quiet } from './quiet.ts';

/** A Postgres of the tests' own, which can go away and come back at the same address. It waits for no disk. */
export class Cluster {
  readonly #folder: string;
  readonly #postgres: EmbeddedPostgres;

  private constructor(folder: string, postgres: EmbeddedPostgres) {
    this.#folder = folder;
    this.#postgres = postgres;
  }

  /** `made` is the folder of the one to copy. `maxConnections`: that programs and tests may open together. */
  static async create(made: string, maxConnections?: number): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'iotcore-postgres-'));
    await copyMadeCluster(made, folder);
    const postgres = await EmbeddedPostgres.open({
      ...{ dataDir: folder, logger: quiet, disposable: true },
      ...(maxConnections !== undefined && { maxConnections }),
    });
    await postgres.start();
    return new Cluster(folder, postgres);
  }

  url(database: string): string {
    const url = new URL(this.#postgres.url);
    url.pathname = database;
    return url.href;
  }

  /** Resolves once it takes connections. */
  start(): Promise<void> {
    return this.#postgres.start();
  }

  /** Ends it in order, as a restart does. */
  stop(): Promise<void> {
    return this.#postgres.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
