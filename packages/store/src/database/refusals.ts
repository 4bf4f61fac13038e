/** What a database server answers that no waiting mends: its operator has something to do, and is told what. */
import { DatabaseUnavailableError } from './errors.ts';

/** Node's codes for a certificate that nobody whom it knows has signed, or that is for another name. */
const certificateErrors =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|ERR_TLS_CERT_ALTNAME_INVALID|CERT_\w+)$/;

/** One line that says what is wrong with the database of `url` and what to do, or nothing if waiting may help. */
export function describeDatabaseRefusal(error: unknown, url: string): string | undefined {
  const cause = error instanceof DatabaseUnavailableError ? error.cause : error;
  if (!(cause instanceof Error)) return undefined;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  const { user, database } = namesIn(url);
  const said = describe(code, cause.message, user, database);
  return said && `DATABASE_URL: ${said} (docs/production.md)`;
}

function describe(code: string, message: string, user: string, database: string): string | undefined {
  if (code === '3D000')
    return `the server has no database "${database}": CREATE DATABASE ${database} OWNER ${user}`;
  if (code === '28P01') return `the server refuses the password of user "${user}"`;
  if (code === '28000') return `the server does not let user "${user}" in: ${message}`;
  if (code === '42501' || code === '3F000')
    return `user "${user}" lacks a right in database "${database}" (${message}): GRANT ALL ON SCHEMA public TO ${user}`;
  if (certificateErrors.test(code))
    return `the certificate of the server is not trusted (${message}): name its authority with sslrootcert=<file>`;
  if (message === 'The server does not support SSL connections')
    return 'the server speaks no TLS: turn it on there, or leave out sslmode';
  return undefined;
}

/** Without the password. Postgres takes the user's name for a database that is not named. */
function namesIn(text: string): { readonly user: string; readonly database: string } {
  const url = URL.parse(text);
  const user = decodeURIComponent(url?.username ?? '');
  return { user, database: decodeURIComponent(url?.pathname.slice(1) ?? '') || user };
}
