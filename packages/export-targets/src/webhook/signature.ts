/** Standard Webhooks (https://www.standardwebhooks.com): how a receiver knows that a request is ours, and how old it is. */
import { createHmac } from 'node:crypto';

/** The header `webhook-signature`: one for each secret, with a space between. */
export function signatures(secrets: readonly string[], id: string, timestamp: string, body: Buffer): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
      const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
      return `v1,${mac}`;
    })
    .join(' ');
}
