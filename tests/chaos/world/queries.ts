import { openDatabase } from '@iotcore/store';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** One query on a connection of its own. */
export async function query<Row extends Record<string, unknown>>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const database = openDatabase(url, { logger: quiet });
  try {
    return (await database.pool.query<Row>(text, [...values])).rows;
  } finally {
    await database.close();
  }
}

/** Several queries on one connection, which is closed behind them. */
export async function session(
  url: string,
  work: (query: (text: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const database = openDatabase(url, { logger: quiet });
  try {
    const client = await database.pool.connect();
    await work((text) => client.query(text)).finally(() => client.release(true));
  } finally {
    await database.close();
  }
}
