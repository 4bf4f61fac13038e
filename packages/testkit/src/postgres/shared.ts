import { inject, onTestFinished } from 'vitest';

export interface TestDatabase {
  /** For DATABASE_URL. */
  readonly url: string;
  drop(): Promise<void>;
}

/** A new, migrated, empty database in the Postgres of the test run. Whoever asks drops it. */
export async function createDatabase(): Promise<TestDatabase> {
  const { url } = await ask('POST', '');
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

async function ask(method: string, query: string): Promise<{ url: string }> {
  const response = await fetch(`${inject('testDatabasesUrl')}${query}`, { method });
  const text = await response.text();
  if (!response.ok) throw new Error(`no database for the test: ${text}`);
  return text === '' ? { url: '' } : JSON.parse(text);
}
