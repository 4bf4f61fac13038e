import { createHash, createHmac } from 'node:crypto';
import type { IdempotencyKey } from '@iotcore/store/control';
import { errors } from '../errors/catalogue.ts';

export const idempotencyHeader = 'idempotency-key';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The key of a request, as it is stored: hashed, and the request hashed with the key's own text, which is stored
 * nowhere. So who reads the table cannot try out what a body was, which may have held a password.
 *
 * @throws INVALID_ARGUMENT if it is no UUID
 */
export function readIdempotencyKey(
  header: string | readonly string[] | undefined,
  { callerId, operation }: Pick<IdempotencyKey, 'callerId' | 'operation'>,
  request: { readonly method: string; readonly url: string; readonly body: unknown },
): IdempotencyKey | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !uuid.test(header)) {
    throw errors.invalidArgument([{ field: 'Idempotency-Key', description: 'A UUID.' }]);
  }
  const key = header.toLowerCase();
  const said = JSON.stringify([request.method, request.url, request.body]);
  return {
    callerId,
    operation,
    key: createHash('sha256').update(key).digest('base64url'),
    requestHash: Uint8Array.from(createHmac('sha256', key).update(said).digest()),
  };
}
