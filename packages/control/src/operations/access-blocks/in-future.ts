import { errors } from '../../errors/catalogue.ts';

/** The end of a block. @throws INVALID_ARGUMENT if it has come already */
export function inFuture(text: string, now: Date): Date {
  const endsAt = new Date(text);
  if (endsAt > now) return endsAt;
  throw errors.invalidArgument([{ field: 'endsAt', description: 'In the future.' }]);
}
