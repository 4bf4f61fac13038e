/** Looks for secrets in everything that an installation shows or keeps for people to read. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseUnavailableError } from '@iotcore/store';
import type { Installation, LogPosition } from '../processes/installation.ts';
import { knownSecrets, notePrivateKey, noteSecret, noteSecretsIn } from './known-secrets.ts';

export interface Place {
  readonly name: string;
  readonly text: string;
}

/** The tables that people read through the API, and the column that tells when a row was written. */
const shownTables = { audit_events: 'at', connection_log: 'at', operations: 'modified_at' } as const;

/** From when on to look; before that others did. */
export interface Since {
  readonly at: Date;
  readonly log: LogPosition;
}

/**
 * The places where one of the secrets is found: logs of all processes, metrics, error bodies, audit events, connection
 * logs, operations. Without `secrets` those that are known, and what lies in the data folder and the database.
 */
export async function findLeaks(
  installation: Installation,
  { secrets, since }: { readonly secrets?: ReadonlySet<string>; readonly since?: Since | undefined } = {},
): Promise<string[]> {
  const places: Place[] = [
    ...installation.outputs(since?.log),
    ...installation.metricsSeen,
    { name: 'error bodies', text: installation.api.errorBodies.join('\n') },
  ];
  if (!secrets) await noteDataFolder(installation.dataDir);
  places.push(...(await readDatabase(installation, since?.at ?? new Date(0))));
  return placesWith(places, secrets ?? knownSecrets());
}

async function noteDataFolder(dataDir: string): Promise<void> {
  const read = (name: string) => readFile(join(dataDir, name), 'utf8').catch(() => undefined);
  for (const name of ['admin.token', 'postgres.password']) noteSecret(await read(name));
  for (const name of ['ca.key', 'server.key']) notePrivateKey(await read(name));
  const sample = JSON.parse((await read('sample.json')) ?? '{}');
  for (const field of ['registryPassword', 'devicePassword']) noteSecret(sample[field]);
}

/** Notes the hashes and keys that it keeps, and gives what it shows. A database that is away shows nothing. */
async function readDatabase(installation: Installation, since: Date): Promise<Place[]> {
  if (!installation.isDatabaseKnown) return [];
  const texts = async (sql: string, values: unknown[] = []) =>
    (await installation.database.pool.query<{ text: string }>(sql, values)).rows.map(({ text }) => text);
  try {
    for (const hash of await texts('SELECT hash AS text FROM passwords LIMIT 10000')) noteSecret(hash);
    for (const hash of await texts(`SELECT encode(secret_sha256, 'hex') AS text FROM api_keys`))
      noteSecret(hash);
    for (const exponent of await texts(`SELECT jwk ->> 'd' AS text FROM signing_keys`)) noteSecret(exponent);
    noteSecretsIn({ password: new URL(installation.databaseUrl).password });
    const places: Place[] = [];
    for (const [name, column] of Object.entries(shownTables)) {
      const rows = await texts(`SELECT t::text AS text FROM ${name} t WHERE ${column} >= $1`, [since]);
      places.push({ name, text: rows.join('\n') });
    }
    return places;
  } catch (error) {
    // Some tests take it away, or never let it be migrated.
    const isMissing = (error as { code?: string }).code === '42P01';
    if (error instanceof DatabaseUnavailableError || isMissing) return [];
    throw error;
  }
}

/**
 * Logs have many megabytes, and there are hundreds of secrets: at each position some characters are looked up that stand in
 * the middle of a secret, since secrets of one kind begin alike.
 */
const keyLength = 4;
/** Of a number that follows from the last four characters, and from no other. */
const keyBits = 16;
const bitsOfCharacter = keyBits / keyLength;
const keyMask = (1 << keyBits) - 1;

/** Which of these places hold any of these secrets, by name, with how it begins. */
export function placesWith(places: readonly Place[], secrets: ReadonlySet<string>): string[] {
  const isKnown = new Uint8Array(1 << keyBits);
  const byKey = Map.groupBy(secrets, keyOf);
  for (const key of byKey.keys()) isKnown[key] = 1;
  const found = new Set<string>();
  for (const { name, text } of places) {
    let key = 0;
    for (let at = 0; at < text.length; at += 1) {
      key = nextKey(key, text.charCodeAt(at));
      if (isKnown[key] === 0) continue;
      const secret = byKey.get(key)?.find((one) => text.startsWith(one, at + 1 - keyEnd(one)));
      if (secret !== undefined) found.add(`${name}: ${secret.slice(0, 6)}…`);
    }
  }
  return [...found];
}

function keyOf(secret: string): number {
  let key = 0;
  for (let at = keyEnd(secret) - keyLength; at < keyEnd(secret); at += 1)
    key = nextKey(key, secret.charCodeAt(at));
  return key;
}

const keyEnd = ({ length }: string) => (length + keyLength) >> 1;
const nextKey = (key: number, code: number) => ((key << bitsOfCharacter) ^ code) & keyMask;
