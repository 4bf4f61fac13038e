/**
 * The database cannot be used now: not reachable, shutting down, out of connections or disk, too slow to answer in time,
 * or handed over to another server. What was asked may be tried again later; whether a write took place is unknown.
 */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor(cause: unknown) {
    super('the database is not available', { cause });
  }
}

/** Socket errors (by `code`) that mean the server is away. */
const socketErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/**
 * SQLSTATE classes: connection exceptions (08), insufficient resources (53: connections, memory, disk), operator
 * intervention (57: shutdown, crash, cancelled by the statement time-out) and system errors (58: I/O).
 */
const unavailableClasses = new Set(['08', '53', '57', '58']);

/**
 * Single SQLSTATEs: a lock not granted in time, an idle transaction ended by the server, a server that only reads (a
 * failover is under way, 25006), a database or role that is not there yet while a server is being set up.
 */
const unavailableStates = new Set(['55P03', '25P03', '25P04', '25006', '3D000']);

/** What node-postgres says without a code when its connection is gone or its time is up. */
const driverMessages = [
  /^Connection terminated/,
  /^timeout exceeded when trying to connect/,
  /^timeout expired/,
  /^Query read timeout/,
  /is not queryable$/,
  /^Cannot use a pool after calling end/,
];

/** The same error, or a `DatabaseUnavailableError` with it as the cause if that is what it means. */
export function translateDatabaseError(error: unknown): unknown {
  return isUnavailable(error) ? new DatabaseUnavailableError(error) : error;
}

function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof DatabaseUnavailableError) return false;
  // Node reports a host that has several addresses and answers on none of them as a group.
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return driverMessages.some((message) => message.test(error.message));
  return (
    socketErrors.has(code) ||
    unavailableStates.has(code) ||
    (code.length === 5 && unavailableClasses.has(code.slice(0, 2)))
  );
}

/** Of Prisma: no connection in time, a transaction that took too long, a deadlock. Of Postgres: serialisation, deadlock. */
const passingCodes: ReadonlySet<unknown> = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2034',
  '40001',
  '40P01',
]);

/** Does an error, or one that it came from, mean that the same may be tried again and will then probably succeed? */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DatabaseUnavailableError) return true;
    if ('code' in cause && passingCodes.has(cause.code)) return true;
  }
  return false;
}
