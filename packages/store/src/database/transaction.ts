import type { Pool, PoolClient } from 'pg';
import { type Sql, type Statement, together } from './sql.ts';

/** One transaction, over one connection. It begins with its first statement. */
export interface Transaction extends Sql {
  /** A statement whose result is not waited for: it is sent before the next one, or as a part of the last. Both need names. */
  defer(statement: Statement): Promise<void>;
  /** The last statement. Where it is the only one it is a transaction of its own, without BEGIN and COMMIT. */
  finish(statement: Statement): Promise<void>;
}

/**
 * Does work in one transaction: all of it or nothing. What it costs beside the work is BEGIN and COMMIT. A statement in it may
 * take 10 s, and as long may nothing happen between two (see connections.ts).
 */
export async function transaction<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const tx = new LazyTransaction(pool);
  try {
    const result = await work(tx);
    await tx.commit();
    return result;
  } catch (error) {
    await tx.rollBack();
    throw error;
  } finally {
    tx.release();
  }
}

class LazyTransaction implements Transaction {
  readonly #pool: Pool;
  #beginning: Promise<PoolClient> | undefined;
  #client: PoolClient | undefined;
  #deferred: Statement | undefined;
  #isFinished = false;
  #broken: Error | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async query<Row>(statement: Statement): Promise<{ rows: Row[]; rowCount: number | null }> {
    if (this.#isFinished) throw new TypeError('a statement after the last one of its transaction');
    this.#beginning ??= this.#begin();
    const client = await this.#beginning;
    const deferred = this.#takeDeferred();
    if (deferred) await client.query(deferred);
    return client.query(statement) as never;
  }

  async defer(statement: Statement): Promise<void> {
    const before = this.#takeDeferred();
    this.#deferred = statement;
    if (before) await this.query(before);
  }

  async finish(statement: Statement): Promise<void> {
    const deferred = this.#takeDeferred();
    const last = deferred ? together(deferred, statement) : statement;
    if (this.#beginning) await this.query(last);
    else await this.#pool.query(last);
    this.#isFinished = true;
  }

  async commit(): Promise<void> {
    const deferred = this.#takeDeferred();
    if (deferred) await this.query(deferred);
    if (!this.#client) return;
    // A transaction in which a statement failed unnoticed is rolled back by COMMIT, which says so and nothing else.
    const { command } = await this.#client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error(`a transaction ended in ${command}`);
  }

  async rollBack(): Promise<void> {
    await this.#client?.query('ROLLBACK').catch((failure: Error) => {
      this.#broken = failure;
    });
  }

  /** A connection that has ended, or could not even be rolled back, is not used again. */
  release(): void {
    this.#client?.off('error', this.#onError);
    this.#client?.release(this.#broken);
  }

  async #begin(): Promise<PoolClient> {
    const client = await this.#pool.connect();
    this.#client = client;
    client.on('error', this.#onError);
    await client.query('BEGIN');
    return client;
  }

  /** Between two statements nothing listens to the connection: without this its end would be an uncaught error. */
  readonly #onError = (error: Error): void => {
    this.#broken = error;
  };

  #takeDeferred(): Statement | undefined {
    const deferred = this.#deferred;
    this.#deferred = undefined;
    return deferred;
  }
}
