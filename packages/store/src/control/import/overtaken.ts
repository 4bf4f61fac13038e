import { Prisma } from '../../generated/client.ts';

/** Others changed what the plan of an import rests on: it must be made again. */
export class OvertakenError extends Error {
  override readonly name = 'OvertakenError';
}

/** Of Prisma: a unique or foreign key that is violated, and a transaction that met another one. */
const prismaCodes: ReadonlySet<string> = new Set(['P2002', 'P2003', 'P2034']);
/** The same of Postgres, where a raw statement met it: unique and foreign keys, serialisation, deadlock. */
const sqlStates = /\b(23505|23503|40001|40P01)\b/;

/** Did others change what the plan of an import rests on while it was carried out? */
export function isOvertaken(error: unknown): boolean {
  if (error instanceof OvertakenError) return true;
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false;
  return (
    prismaCodes.has(error.code) || (error.code === 'P2010' && sqlStates.test(JSON.stringify(error.meta)))
  );
}
