import { createSecureContext, type SecureContext } from 'node:tls';

const contexts = new Map<string, SecureContext>();

/** What trusts this authority, for clients without a certificate: made once, not read anew for each of thousands. */
export function trusting(caPem: string): SecureContext {
  const context = contexts.get(caPem) ?? createSecureContext({ ca: caPem });
  contexts.set(caPem, context);
  return context;
}
