import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Carrier } from '@iotcore/cluster';
import { connectNats } from '@iotcore/cluster/nats';
import { type Logger, type Settings, StartupError } from '@iotcore/process';
import { deniedBy, whyNotConnected } from './nats-failures.ts';

/** @throws StartupError that says which setting is wrong, or why no server takes the connection */
export async function openNatsCarrier(
  settings: Settings,
  servers: readonly string[],
  logger: Logger,
): Promise<Carrier> {
  const open = servers.filter(
    (server) => server.startsWith('nats:') && !isLoopback(new URL(server).hostname),
  );
  if (open.length > 0 && !settings.natsInsecure) {
    throw new StartupError(
      `IOT_NATS_SERVERS: ${open.join(', ')} would carry every message in the clear; use tls://, or set IOT_NATS_INSECURE=on where nobody else can read along`,
    );
  }
  checkFile('IOT_NATS_CREDENTIALS_FILE', settings.natsCredentialsFile, () => {});
  checkFile('IOT_NATS_CA_FILE', settings.natsCaFile, (ca) => void new X509Certificate(ca));
  try {
    return await connectNats({
      servers,
      prefix: settings.natsPrefix,
      credentialsFile: settings.natsCredentialsFile,
      caFile: settings.natsCaFile,
      name: 'iotcore mqtt',
      changed: (status, data) => {
        const { server, error } = data as { server?: unknown; error?: unknown };
        // A subject that the account is denied comes here too: without it nobody would know why the node does not join.
        if (error !== undefined)
          logger.warn({ status, err: error }, deniedBy(error, settings.natsPrefix) ?? 'NATS');
        else logger.info({ status, data: String(server ?? '') }, 'NATS');
      },
    });
  } catch (error) {
    throw new StartupError(
      `IOT_NATS_SERVERS: ${servers.join(', ')}: ${whyNotConnected(error as Error, servers)}`,
      {
        cause: error,
      },
    );
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** The library says of a file neither which setting names it, nor always that it is no good. */
function checkFile(variable: string, path: string | undefined, check: (content: Buffer) => void): void {
  if (path === undefined) return;
  try {
    check(readFileSync(path));
  } catch (error) {
    throw new StartupError(`${variable}: ${path} cannot be used (${(error as Error).message})`, {
      cause: error,
    });
  }
}
