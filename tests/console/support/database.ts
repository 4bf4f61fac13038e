import { openDatabase } from '@iotcore/store';
import type { Installation } from '@iotcore/testkit';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

type Query = (text: string, values?: unknown[]) => Promise<unknown>;

/** What takes a test too long by the API, or what the API refuses to write. */
export async function inDatabase(
  { databaseUrl }: Installation,
  work: (query: Query) => Promise<void>,
): Promise<void> {
  const { pool, close } = openDatabase(databaseUrl, { logger: quiet, poolSize: 1 });
  try {
    await work((text, values) => pool.query(text, values));
  } finally {
    await close();
  }
}
