/** A row for each message: in effect once, since a repeated one meets its own event ID. */
import { isIP, Socket } from 'node:net';
import pg from 'pg';
import { jsonOf } from '../formats/json.ts';
import type { AddressPolicy } from '../network/address-policy.ts';
import { failureOf } from '../network/failures.ts';
import { checkLiteral, guardedLookup, type Place, type Resolve } from '../network/guarded-lookup.ts';
import type { OpenedExport } from '../opened-export.ts';
import type { OutgoingMessage, SendOutcome, Target } from '../target.ts';
import { withoutSecrets } from '../without-secrets.ts';

/** In ms. */
const connectTimeoutMs = 10_000;
const statementTimeoutMs = 20_000;
/** A server that does not take its leave is left without it. */
const goodbyeMs = 1000;
/** Of what the server says. */
const keptAnswerCharacters = 300;
/** Parameters of a row; Postgres takes 65,535 of a statement, a batch has 1,000 rows at most. */
const columns = ['event_id', 'at', 'source', 'device_id', 'topic', 'payload', 'data'];

/** SQLSTATE classes of what the rows are to blame for, and of what somebody must set right. */
const aboutTheRows = /^(22|23|54)/;
const aboutTheSetting = /^(0A|28|3D|3F|42)/;

export class PostgresTarget implements Target {
  readonly sends = 'one';
  readonly #export: OpenedExport;
  readonly #policy: AddressPolicy;
  readonly #resolve: Resolve;
  readonly #postgres: NonNullable<OpenedExport['target']['postgres']>;
  #client: pg.Client | undefined;
  #socket: Socket | undefined;

  constructor(opened: OpenedExport, policy: AddressPolicy, resolve: Resolve) {
    const { postgres } = opened.target;
    if (!postgres) throw new TypeError('not Postgres');
    this.#export = opened;
    this.#policy = policy;
    this.#resolve = resolve;
    this.#postgres = postgres;
  }

  async send(batch: readonly OutgoingMessage[], signal: AbortSignal): Promise<SendOutcome> {
    const giveUp = () => void this.close();
    signal.addEventListener('abort', giveUp);
    try {
      const client = await this.#connected();
      // Aborted meanwhile, it may be another's to send.
      signal.throwIfAborted();
      await client.query(this.#insert(batch));
      return { outcome: 'done' };
    } catch (error) {
      signal.throwIfAborted();
      return this.#meaningOf(error);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (client) await this.#leave(client);
  }

  async #leave(client: pg.Client): Promise<void> {
    const socket = this.#socket;
    const patience = setTimeout(() => socket?.destroy(), goodbyeMs);
    await client.end().catch(() => undefined);
    clearTimeout(patience);
  }

  async #connected(): Promise<pg.Client> {
    if (this.#client) return this.#client;
    const url = new URL(this.#postgres.url);
    const place: Place = {
      host: url.hostname,
      port: Number(url.port || 5432),
      isPlain: this.#postgres.tls === 'DISABLE',
    };
    checkLiteral(this.#policy, place);
    const socket = new GuardedSocket(guardedLookup(this.#policy, place, this.#resolve));
    this.#socket = socket;
    const host = place.host.replace(/^\[(.*)\]$/, '$1');
    const client = new pg.Client({
      ...{ host, port: place.port, user: decodeURIComponent(url.username) },
      database: decodeURIComponent(url.pathname.slice(1)),
      password: this.#export.secrets.target['postgres.password'] ?? '',
      ssl: place.isPlain ? false : { rejectUnauthorized: true, ...this.#authority(host) },
      stream: () => socket,
      application_name: 'iotcore export',
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs,
    });
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    try {
      await client.connect();
      if (this.#postgres.createTable) await client.query(this.#createTable());
    } catch (error) {
      await this.#leave(client);
      throw error;
    }
    this.#client = client;
    return client;
  }

  #authority(host: string) {
    const { caCertificate } = this.#postgres;
    return { ...(caCertificate && { ca: caCertificate }), ...(isIP(host) === 0 && { servername: host }) };
  }

  /** `at` is part of the key: TimescaleDB cuts tables by time, and asks for that. */
  #createTable(): string {
    return `CREATE TABLE IF NOT EXISTS ${this.#table()} (
      event_id uuid NOT NULL, at timestamptz NOT NULL, source text NOT NULL, device_id text, topic text NOT NULL,
      payload bytea NOT NULL, data jsonb, PRIMARY KEY (event_id, at))`;
  }

  #insert(batch: readonly OutgoingMessage[]) {
    const { registryId, brokerId } = this.#export;
    const source = registryId ?? brokerId;
    const rows = batch.map(
      (_, row) => `(${columns.map((_, column) => `$${row * columns.length + column + 1}`).join()})`,
    );
    return {
      text: `INSERT INTO ${this.#table()} (${columns.join()}) VALUES ${rows.join()} ON CONFLICT (event_id, at) DO NOTHING`,
      values: batch.flatMap(({ eventId, receivedAtMs, deviceId, topic, payload }) => [
        ...[eventId, new Date(receivedAtMs), source, deviceId || null, topic],
        ...[payload, storableJson(payload)],
      ]),
    };
  }

  /** It was checked to be `table` or `schema.table`, in lower case. */
  #table(): string {
    return this.#postgres.table
      .split('.')
      .map((name) => `"${name}"`)
      .join('.');
  }

  async #meaningOf(error: unknown): Promise<SendOutcome> {
    const { code = '', message = '' } = error as { code?: string; message?: string };
    const isState = /^[0-9A-Z]{5}$/.test(code);
    const told = withoutSecrets(message, this.#export.secrets, keptAnswerCharacters);
    if (isState && aboutTheRows.test(code))
      return { outcome: 'refused', error: `Postgres refused the rows (${code}).`, answer: told };
    await this.close();
    if (isState && aboutTheSetting.test(code))
      return {
        outcome: 'misconfigured',
        error: `Postgres will not take rows (${code}): check the database, its user, and the table.`,
        answer: told,
      };
    if (isState) return { outcome: 'away', error: `Postgres cannot take rows now (${code}).`, answer: told };
    if (/password|SCRAM|SASL|does not support SSL/i.test(message))
      return { outcome: 'misconfigured', error: `Logging in to Postgres failed: ${told}.` };
    return failureOf(error);
  }
}

/** For a column of jsonb, which holds no U+0000. */
function storableJson(payload: Buffer): string | null {
  const json = jsonOf(payload);
  return json === undefined || json.includes('\\u0000') ? null : json;
}

/** What pg connects by host and port: names are resolved by us. */
class GuardedSocket extends Socket {
  readonly #lookup: ReturnType<typeof guardedLookup>;

  constructor(lookup: ReturnType<typeof guardedLookup>) {
    super();
    this.#lookup = lookup;
  }

  override connect(...given: unknown[]): this {
    const [port, host] = given;
    return typeof port === 'number' && typeof host === 'string'
      ? super.connect({ port, host, lookup: this.#lookup })
      : super.connect(...(given as Parameters<Socket['connect']>));
  }
}
