/** The embedded Postgres cannot be started; the message says why and what to do, and is fit to be shown. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
