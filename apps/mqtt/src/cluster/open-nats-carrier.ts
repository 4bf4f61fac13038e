import { isIP } from 'node:net';
import type { Carrier } from '@iotcore/cluster';
import { connectNats } from '@iotcore/cluster/nats';
import { type Logger, type Settings, StartupError } from '@iotcore/process';

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
    throw new StartupError(`IOT_NATS_SERVERS: ${servers.join(', ')}: ${whyNot(error as Error)}`, {
      cause: error,
    });
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** What OpenSSL says of a certificate whose signer it does not know. */
const unknownAuthority = /^(UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT.*)|.*SELF_SIGNED_CERT.*)$/;

function whyNot(error: Error): string {
  const { name, message } = error;
  const { code } = (error.cause ?? error) as { code?: unknown };
  if (name === 'AuthorizationError' || name === 'UserAuthenticationExpiredError')
    return 'the account was not accepted; name its credentials in IOT_NATS_CREDENTIALS_FILE';
  if (typeof code === 'string' && unknownAuthority.test(code))
    return `the authority of its certificate is not known; name its file in IOT_NATS_CA_FILE (${message})`;
  return `cannot connect (${message})`;
}

/** What the account lacks; undefined: something else is wrong. */
function deniedBy(error: unknown, prefix: string): string | undefined {
  const { name, operation } = error as { name?: unknown; operation?: unknown };
  if (name !== 'PermissionViolationError') return undefined;
  const what = operation === 'subscription' ? 'subscribe' : 'publish';
  return `IOT_NATS_CREDENTIALS_FILE: the account may not ${what} to ${prefix}.node.> (IOT_NATS_PREFIX)`;
}
