/** What it means that a connection could not be made or was lost, and whether waiting can help. */
import type { OpenedSecrets } from '../opened-export.ts';
import type { SendOutcome } from '../target.ts';
import { withoutSecrets } from '../without-secrets.ts';
import { ForbiddenAddressError } from './address-policy.ts';

/** Codes of Node and OpenSSL for a server whose certificate is not accepted, or that speaks no TLS. */
const untrusted =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT|ERR_SSL_|HOSTNAME_MISMATCH|INVALID_CA|ERR_OSSL_|EPROTO$)/;

/** In words that hold nothing but the code and the host; without a code, what the other side may have said. */
export function failureOf(error: unknown, secrets: OpenedSecrets): SendOutcome {
  if (error instanceof ForbiddenAddressError) return { outcome: 'misconfigured', error: error.message };
  const { code = '', message = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (error instanceof AggregateError) return failureOf(error.errors[0], secrets);
  if (untrusted.test(code))
    return {
      outcome: 'misconfigured',
      error: `The certificate of the server is not accepted (${code}): renew it, or name its authority in caCertificate.`,
    };
  if (code === 'ENOTFOUND')
    return { outcome: 'away', error: 'The name of the host is not known (ENOTFOUND).' };
  const told = code || withoutSecrets(message, secrets, 100);
  return { outcome: 'away', error: `No connection, or it was lost (${told}).` };
}
