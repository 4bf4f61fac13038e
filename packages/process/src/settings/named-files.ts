/** The files that settings name: a process meets a bad one late, and then the first one alone. */
import { readFileSync } from 'node:fs';
import { keyPairProblem } from '../key-pair.ts';
import { unreadable } from './settings-file.ts';
import type { Settings } from './table.ts';

/** Parameters of a URL of Postgres that name files. */
const databaseFiles = ['sslrootcert', 'sslcert', 'sslkey'];

/** A line for each file that cannot be read, and for a certificate without its key. `files`: paths by variable. */
export function namedFileProblems(
  files: ReadonlyMap<string, string>,
  { databaseUrl, tlsCertFile, tlsKeyFile }: Settings,
): string[] {
  const all = [...files].map(([variable, path]) => ({ name: `${variable}=${path}`, path }));
  const parameters = databaseUrl && URL.parse(databaseUrl.reveal())?.searchParams;
  for (const parameter of databaseFiles) {
    const path = parameters?.get(parameter);
    if (path) all.push({ name: `DATABASE_URL: ${parameter}=${path}`, path });
  }
  const texts = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, path } of all) {
    try {
      texts.set(path, readFileSync(path, 'utf8'));
    } catch (error) {
      problems.push(unreadable(name, error));
    }
  }
  const certificatePem = texts.get(tlsCertFile ?? '');
  const privateKeyPem = texts.get(tlsKeyFile ?? '');
  if (certificatePem === undefined || privateKeyPem === undefined) return problems;
  const problem = keyPairProblem({ certificatePem, privateKeyPem });
  return problem === undefined ? problems : [...problems, `IOT_TLS_CERT_FILE, IOT_TLS_KEY_FILE: ${problem}`];
}
