/** A row for each message: in effect once, since a repeated one meets its own event ID. */
import { isIP, Socket } from 'node:net';
import pg from 'pg';
import { sendConnected } from '../connections.ts';
import { jsonOf } from '../formats/json.ts';
import type { AddressPolicy } from '../network/address-policy.ts';
import { failureOf } from '../network/failures.ts';
import { guardedLookup, objectionToLiteral, type Place, type Resolve } from '../network/guarded-lookup.ts';
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

  send(batch: readonly OutgoingMessage[], signal: AbortSignal): Promise<SendOutcome> {
    return sendConnected({
      signal,
      connection: this.#client,
      objection: () => this.#objection(),
      open: () => this.#open(),
      send: (client) => client.query(this.#insert(batch)),
      close: () => this.close(),
      meaningOf: (error) => this.#meaningOf(error),
    });
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

  get #place(): Place {
    const { hostname, port } = new URL(this.#postgres.url);
    return { host: hostname, port: Number(port || 5432), isPlain: this.#postgres.tls === 'DISABLE' };
  }

  /** Names are looked up, and checked, when they are dialled. */
  #objection(): string | undefined {
    const { username, pathname } = new URL(this.#postgres.url);
    // What is not said here, the client would take from the environment of this process.
    if (username === '' || pathname.length < 2)
      return 'The URL names no user or no database: postgresql://user@host:5432/database.';
    return objectionToLiteral(this.#policy, this.#place);
  }

  async #open(): Promise<pg.Client> {
    const url = new URL(this.#postgres.url);
    const { isPlain, port, host: bracketed } = this.#place;
    const socket = new GuardedSocket(guardedLookup(this.#policy, this.#place, this.#resolve));
    this.#socket = socket;
    const host = bracketed.replace(/^\[(.*)\]$/, '$1');
    const client = new pg.Client({
      ...{ host, port, user: decodeURIComponent(url.username) },
      database: decodeURIComponent(url.pathname.slice(1)),
      // As a function: an empty one would be looked for in PGPASSWORD and ~/.pgpass.
      password: () => this.#export.secrets.target['postgres.password'] ?? '',
      ssl: isPlain ? false : { rejectUnauthorized: true, ...this.#authority(host) },
      stream: () => socket,
      application_name: 'iotcore export',
      connectionTimeoutMillis: connectTimeoutMs,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs,
    });
    // A connection that was lost says so here, and is made anew.
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    this.#client = client;
    await client.connect();
    if (this.#postgres.createTable) await client.query(this.#createTable());
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

  #meaningOf(error: unknown): SendOutcome {
    const { code = '', message = '' } = error as { code?: string; message?: string };
    const isState = /^[0-9A-Z]{5}$/.test(code);
    const told = withoutSecrets(message, this.#export.secrets, keptAnswerCharacters);
    if (isState && aboutTheRows.test(code))
      return { outcome: 'refused', error: `Postgres refused the rows (${code}).`, answer: told };
    if (isState && aboutTheSetting.test(code))
      return {
        outcome: 'misconfigured',
        error: `Postgres will not take rows (${code}): check the database, its user, and the table.`,
        answer: told,
      };
    if (isState) return { outcome: 'away', error: `Postgres cannot take rows now (${code}).`, answer: told };
    if (/password|SCRAM|SASL|does not support SSL/i.test(message))
      return { outcome: 'misconfigured', error: `Logging in to Postgres failed: ${told}.` };
    return failureOf(error, this.#export.secrets);
  }
}

/** What jsonb does not hold: U+0000, halves of surrogate pairs, numbers beyond `numeric`. What only looks so is left out too. */
const unstorable =
  /\\u0000|\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f]|\de[+-]?\d{5}|\d{100000}/i;

/** For the column of jsonb; the payload has a column of its own. */
function storableJson(payload: Buffer): string | null {
  const json = jsonOf(payload);
  return json === undefined || unstorable.test(json) ? null : json;
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
