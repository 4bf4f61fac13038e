/** Several MQTT processes behind the same ports: as many as the settings say, as one cluster over sockets. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Settings, StartupError } from '@iotcore/process';
import type { SupervisedProcess } from './child-process.ts';

/** What a node of a cluster opens beside the pool of its process. */
export const connectionsOfNode = 4;
const lastPort = 65_535;
/** A socket's address holds 103 bytes; its name takes 22 of them. */
const maxFolderBytes = 80;

/** @throws StartupError where processes cannot share a port */
export function countProcesses(
  { mqttProcesses }: Pick<Settings, 'mqttProcesses'>,
  platform = process.platform,
): number {
  const processes = mqttProcesses === 'auto' ? Math.max(1, availableParallelism() - 1) : mqttProcesses;
  if (processes > 1 && platform !== 'linux')
    throw new StartupError('IOT_MQTT_PROCESSES: only Linux lets processes share a port; set it to 1');
  return processes;
}

/** The admin port of each process: one after the other from the setting on. @throws StartupError if there are not so many */
export function adminPorts({ mqttAdminPort }: Pick<Settings, 'mqttAdminPort'>, processes: number): number[] {
  if (mqttAdminPort === 0) return Array.from({ length: processes }, () => 0);
  if (mqttAdminPort + processes - 1 > lastPort)
    throw new StartupError(
      `IOT_MQTT_ADMIN_PORT: ${processes} MQTT processes need ${processes} ports from ${mqttAdminPort} on, and the last there is is ${lastPort}; name a smaller one`,
    );
  return Array.from({ length: processes }, (_, index) => mqttAdminPort + index);
}

/** An empty folder for the sockets of the cluster, that only its owner may enter. @throws StartupError */
export async function makeSocketFolder({ dataDir }: Settings): Promise<string> {
  const folder = join(dataDir, 'cluster');
  if (Buffer.byteLength(folder) > maxFolderBytes) {
    throw new StartupError(
      `IOT_DATA_DIR: ${folder} is too long for the sockets of several MQTT processes (${maxFolderBytes} bytes); choose a shorter one, or set IOT_MQTT_PROCESSES=1`,
    );
  }
  // No other installation runs in this data folder: what lies there was left by processes that were killed.
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** What tells the processes that they are several. The secret lives as long as they do, and is written nowhere. */
export function clusterEnvironment(sockets: string): NodeJS.ProcessEnv {
  return {
    IOT_INTERNAL_CLUSTER_SOCKETS: sockets,
    IOT_INTERNAL_MQTT_TICKET_SECRET: randomBytes(32).toString('hex'),
  };
}

/** The first finds out which ports there are, then the others listen there too. */
export async function startTogether(processes: readonly SupervisedProcess[]): Promise<void> {
  const [first, ...others] = processes;
  if (!first) return;
  await first.start();
  const { admin: _own, ...shared } = first.addresses;
  for (const other of others) other.useAddresses(shared);
  await Promise.all(others.map((other) => other.start()));
}
