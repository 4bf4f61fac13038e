/** The embedded Postgres cannot run, for a reason that its user can remove; the message says what would be right. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}
