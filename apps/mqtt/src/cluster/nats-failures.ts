/** What is wrong when NATS cannot be connected to, and what to do about it. */

/** What OpenSSL says of a certificate whose signer it does not know. */
const unknownAuthority = /^(UNABLE_TO_(VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT.*)|.*SELF_SIGNED_CERT.*)$/;
const ofTls = /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO$)/;

const byCode: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it there, or set the clock of this machine',
  CERT_NOT_YET_VALID:
    'its certificate is not valid yet: set the clock of this machine, or that of whoever made it',
  ENOTFOUND:
    'its name is not known: see whether it is written correctly, and known to the DNS of this machine',
};

/** A sentence for people. `servers`: as they stand in IOT_NATS_SERVERS. */
export function whyNotConnected(error: Error, servers: readonly string[]): string {
  const { name, message } = error;
  const { code } = (error.cause ?? error) as { code?: unknown };
  const reason = typeof code === 'string' ? code : '';
  if (name === 'AuthorizationError' || name === 'UserAuthenticationExpiredError')
    return 'the account was not accepted; name its credentials in IOT_NATS_CREDENTIALS_FILE';
  if (ofTls.test(reason) && !servers.some((server) => server.startsWith('tls:')))
    return `it wants TLS: write tls:// for nats:// in IOT_NATS_SERVERS, and name its authority in IOT_NATS_CA_FILE (${message})`;
  if (unknownAuthority.test(reason))
    return `the authority of its certificate is not known; name its file in IOT_NATS_CA_FILE (${message})`;
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `its certificate is for ${namesOf(error)}: name it so in IOT_NATS_SERVERS, or give it a certificate with the name or address that stands there (${message})`;
  const known = byCode[reason];
  if (known !== undefined) return `${known} (${message})`;
  if (ofTls.test(reason)) return `it speaks no TLS that is understood here (${message})`;
  if (message.includes(`does not support 'tls'`))
    return 'it has no TLS: turn it on there, or write nats:// for tls:// in IOT_NATS_SERVERS, which needs IOT_NATS_INSECURE=on unless it runs on this machine';
  if (name === 'TimeoutError')
    return 'it does not answer as NATS does: see whether NATS is what listens there, and that it wants neither certificates of its clients (verify) nor TLS before it says anything (handshake_first), which nodes do not have';
  return `cannot connect (${message})`;
}

/** Of the certificate that was shown. */
function namesOf(error: Error): string {
  const { cert } = error as { cert?: { subjectaltname?: string } };
  return cert?.subjectaltname ?? 'no name at all';
}

/** What the account lacks; undefined: something else is wrong. */
export function deniedBy(error: unknown, prefix: string): string | undefined {
  const { name, operation } = error as { name?: unknown; operation?: unknown };
  if (name !== 'PermissionViolationError') return undefined;
  const what = operation === 'subscription' ? 'subscribe' : 'publish';
  return `IOT_NATS_CREDENTIALS_FILE: the account may not ${what} to ${prefix}.node.> (IOT_NATS_PREFIX)`;
}
