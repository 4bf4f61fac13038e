/** What an MQTT server says of itself, and what is to be thought of it. */
import type { CliContext } from '../context.ts';
import type { Finding } from './finding.ts';
import { probe } from './probe.ts';

/** Of a process beside its connections: sockets to the database, files, what it listens on. */
const ownFiles = 200;

export interface ServerFacts {
  readonly maxConnections: number;
  readonly maxOpenFiles?: number;
  readonly proxyNetworks: readonly string[];
}

/** Undefined where the MQTT server cannot be asked, or is older than the question. */
export async function readFacts({ configuration }: CliContext): Promise<ServerFacts | undefined> {
  const admin = (await configuration.running())?.addresses['admin'];
  const answered = admin === undefined ? undefined : await probe(`${admin}/facts`);
  return answered?.ok
    ? ((await answered.json().catch(() => undefined)) as ServerFacts | undefined)
    : undefined;
}

/** Each connection is an open file, and the process has some of its own. */
export function fileHandleFinding(maxOpenFiles: number, maxConnections: number): Finding {
  const check = 'file handles';
  const details = { maxOpenFiles, maxConnections };
  const finding = `the MQTT server may open ${maxOpenFiles} files, and takes ${maxConnections} connections`;
  if (maxOpenFiles >= maxConnections + ownFiles) return { status: 'ok', check, finding, details };
  const advice = 'raise LimitNOFILE of its systemd unit (or `ulimit -n`), or lower IOT_MQTT_MAX_CONNECTIONS';
  return { status: 'warn', check, finding, advice, details };
}
