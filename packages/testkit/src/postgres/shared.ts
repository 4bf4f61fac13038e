import { inject, onTestFinished } from 'vitest';
import { callHttp } from '../api/http-call.ts';
import { copyMadeCluster } from './made-cluster.ts';

export interface TestDatabase {
  /** For DATABASE_URL. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A new, migrated, empty database in the Postgres of the test run. The caller drops it. */
export async function createDatabase(): Promise<TestDatabase> {
  const { url } = (await ask('POST', '')) as { url: string };
  const name = new URL(url).pathname.slice(1);
  return {
    url,
    drop: async () => {
      await ask('DELETE', `?name=${name}`);
    },
  };
}

/** The URL of a new, migrated, empty database, which goes with the test. */
export async function testDatabase(): Promise<string> {
  const { url, drop } = await createDatabase();
  onTestFinished(drop);
  return url;
}

/** The folder of a cluster that the test run made, for `copyMadeCluster`. */
export async function madeCluster(): Promise<string> {
  const { folder } = (await ask('GET', '')) as { folder: string };
  return folder;
}

/** Puts a made, empty cluster into this data folder: an installation that starts there finds its database made. */
export async function seedCluster(dataDir: string): Promise<void> {
  await copyMadeCluster(await madeCluster(), dataDir);
}

async function ask(method: string, query: string): Promise<unknown> {
  const { status, text } = await callHttp(new URL(`/databases${query}`, inject('testRunUrl')), { method });
  if (status !== 200) throw new Error(`the test run makes no database: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
