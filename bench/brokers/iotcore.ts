import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort, withMemorySettings } from '@iotcore/process';
import { type Database, openDatabase, prepareDatabase } from '@iotcore/store';
import { EmbeddedPostgres } from '@iotcore/store/embedded';
import { deviceId, maxDevices, registryId } from '../fleet.ts';
import { type Child, startListening } from '../process.ts';
import type { Broker, RunningBroker, Workplace } from './broker.ts';

/** The password of `fleet.ts`, hashed with the least cost that argon2id allows: logins are not measured here. */
const passwordHash =
  '$argon2id$v=19$m=8,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$gg6EtGGSOV7EXEj27zFtDRSY3BI3fVhUY01thgWVJik';

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

/** A broker that answers questions of the modules that were loaded into it. */
interface WatchedBroker extends Broker {
  start(place: Workplace): Promise<RunningBroker & Pick<Child, 'ask'>>;
}

/**
 * The MQTT server as it is run: a registry and its devices in a Postgres of its own, with real credentials and rights.
 * `extend` adds to them; `preload`: modules that are loaded before it, which can then be asked.
 * `checkout`: where another revision lies with its packages, whose server it is to be.
 */
export function iotcore(
  engine: 'native' | 'aedes',
  extend: (pool: Database['pool']) => Promise<unknown> = async () => {},
  preload: readonly string[] = [],
  checkout?: string,
): WatchedBroker {
  return {
    id: engine === 'native' ? 'iotcore' : `iotcore-${engine}`,
    title: engine === 'native' ? 'IoT Core' : `IoT Core on ${engine}`,
    share: engine === 'native' ? 1 : 0.1,
    version: async () => 'this revision',
    async start(place) {
      const database = await openFleetDatabase(place, extend);
      const imports = preload.flatMap((module) => ['--import', module]);
      const server = await startServer(place, database, imports, { IOT_MQTT_ENGINE: engine }, checkout);
      const stop = async () => {
        await server.stop();
        await database.stop();
      };
      return { ...server, stop };
    },
  };
}

interface FleetDatabase {
  readonly url: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** A Postgres of its own, with the registry and its devices. */
export async function openFleetDatabase(
  { folder }: Workplace,
  extend: (pool: Database['pool']) => Promise<unknown> = async () => {},
): Promise<FleetDatabase> {
  const dataDir = join(folder, `iotcore-${process.hrtime.bigint()}`);
  // Postgres refuses to run as root: started by root, it runs as another user, which must be able to enter this folder.
  await mkdir(dataDir, { mode: 0o711 });
  await chmod(folder, 0o711);
  const postgres = await EmbeddedPostgres.open({ dataDir, logger: silent });
  await postgres.start();
  await createFleet(postgres.url, extend);
  return { url: postgres.url, dataDir, stop: () => postgres.stop() };
}

/** An MQTT server on that database. `env`: settings besides the usual ones. */
export async function startServer(
  { certFile, keyFile }: Workplace,
  { url, dataDir }: FleetDatabase,
  imports: readonly string[],
  settings: Readonly<Record<string, string>>,
  checkout = new URL('../..', import.meta.url).pathname,
): Promise<RunningBroker & Pick<Child, 'ask'> & { readonly adminPort: number }> {
  const [port, tlsPort, adminPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
  const program = join(checkout, 'apps/mqtt/src/main.ts');
  const env = withMemorySettings({
    ...process.env,
    DATABASE_URL: url,
    IOT_DATA_DIR: dataDir,
    IOT_MQTT_HOST: '0.0.0.0',
    IOT_MQTT_PORT: String(port),
    IOT_MQTTS_PORT: String(tlsPort),
    IOT_MQTT_ADMIN_PORT: String(adminPort),
    IOT_MQTT_MAX_CONNECTIONS: '20000',
    IOT_MQTT_MAX_CONNECTIONS_PER_ADDRESS: '20000',
    IOT_TLS_CERT_FILE: certFile,
    IOT_TLS_KEY_FILE: keyFile,
    IOT_LOG_LEVEL: 'warn',
    ...settings,
  });
  const { pid, ask, stop } = await startListening(
    process.execPath,
    [...imports, program],
    [port, tlsPort],
    env,
  );
  return { pid, ask, stop, port, tlsPort, adminPort };
}

async function createFleet(url: string, extend: (pool: Database['pool']) => Promise<unknown>): Promise<void> {
  await prepareDatabase(url, silent, new AbortController().signal);
  const database = openDatabase(url, { logger: silent });
  try {
    const { pool } = database;
    const ids = Array.from({ length: maxDevices }, (_, n) => deviceId(n));
    await pool.query(`INSERT INTO registries (id, folder_id) VALUES ($1, 'bench')`, [registryId]);
    await pool.query(
      `INSERT INTO devices (id, registry_id, folder_id) SELECT unnest($1::text[]), $2, 'bench'`,
      [ids, registryId],
    );
    await pool.query(
      `INSERT INTO passwords (id, hash, device_id) SELECT 'p' || id, $2, id FROM unnest($1::text[]) AS id`,
      [ids, passwordHash],
    );
    await pool.query(`INSERT INTO passwords (id, hash, registry_id) VALUES ('pregistry', $1, $2)`, [
      passwordHash,
      registryId,
    ]);
    await extend(pool);
  } finally {
    await database.close();
  }
}
