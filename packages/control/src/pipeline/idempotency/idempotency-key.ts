import { createHash, createHmac } from 'node:crypto';
import type { IdempotencyKey } from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What a key was given with. */
interface KeyedCall {
  readonly callerId: string;
  readonly operation: string;
  /** As it was checked. */
  readonly input: object;
}

/**
 * The key of a call, as it is stored: hashed, and the input hashed with the key's own text, which is stored nowhere. So
 * a reader of the table cannot try out what an input was, which may have held a password.
 *
 * @throws INVALID_ARGUMENT if it is no UUID
 */
export function readIdempotencyKey(
  given: string | readonly string[] | undefined,
  { callerId, operation, input }: KeyedCall,
): IdempotencyKey | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== 'string' || !uuid.test(given)) {
    throw errors.invalidArgument([{ field: 'Idempotency-Key', description: 'A UUID.' }]);
  }
  const key = given.toLowerCase();
  return {
    callerId,
    operation,
    key: createHash('sha256').update(key).digest('base64url'),
    requestHash: Uint8Array.from(
      createHmac('sha256', key)
        .update(JSON.stringify(sorted(input)))
        .digest(),
    ),
  };
}

/** The order in which the fields of a message came says nothing. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
