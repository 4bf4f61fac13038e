/**
 * The certificate that the TLS listener shows: the operator's own files, or one signed by the installation's authority
 * in the data folder (`ca.crt`, `ca.key`, `server.crt`, `server.key`), made when it is absent, renewed before it expires
 * and when the machine gets another name or address.
 */
import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createFileWhole,
  keyPairProblem,
  publicMode,
  StartupError,
  secretMode,
  takeLock,
  writeFileWhole,
} from '@iotcore/process';
import {
  type CertificatePair,
  createAuthorityCertificate,
  createKey,
  issueServerCertificate,
} from './issue-certificate.ts';
import type { ServerNames } from './server-names.ts';

/** Renewed this long before its end: a month in which clients with a fast clock are served too. */
const renewBeforeMs = 30 * 24 * 60 * 60 * 1000;
/** Making a key and a certificate takes some 200 ms. */
const lockPollMs = 20;

export interface ServerCertificate extends CertificatePair {
  readonly notAfter: Date;
}

export interface OwnCertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * The operator's certificate chain and key.
 *
 * @throws StartupError if a file cannot be read or the key is not the certificate's
 */
export async function loadOwnCertificate({
  certFile,
  keyFile,
}: OwnCertificateFiles): Promise<ServerCertificate> {
  const certificatePem = await readPem('IOT_TLS_CERT_FILE', certFile);
  const privateKeyPem = await readPem('IOT_TLS_KEY_FILE', keyFile);
  const problem = keyPairProblem({ certificatePem, privateKeyPem });
  if (problem) throw new StartupError(`IOT_TLS_CERT_FILE, IOT_TLS_KEY_FILE: ${problem}`);
  return withEnd({ certificatePem, privateKeyPem });
}

/**
 * The certificate from the data folder, made or renewed if need be. Several processes may do so at once: the authority
 * is created by one of them only.
 *
 * @throws StartupError if the files in the folder do not belong together
 */
export async function ensureServerCertificate(
  dataDir: string,
  names: ServerNames,
  now: Date,
): Promise<ServerCertificate> {
  const authority = await ensureAuthority(dataDir, now);
  const files = { certificate: join(dataDir, 'server.crt'), key: join(dataDir, 'server.key') };
  const findPresent = async () => {
    const present = await readPair(files.certificate, files.key);
    return present && !needsRenewal(present, authority, names, now) ? present : undefined;
  };
  const present = await findPresent();
  if (present) return withEnd(present);
  // The two planes start together: without the lock, one's key could stand beside the other's certificate.
  return await withLock(join(dataDir, 'server.crt.lock'), async () => {
    const made = await findPresent();
    if (made) return withEnd(made);
    const issued = await issueServerCertificate(authority, names, now);
    await writeFileWhole(files.key, issued.privateKeyPem, secretMode);
    await writeFileWhole(files.certificate, issued.certificatePem, publicMode);
    return withEnd(issued);
  });
}

async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    const { lock } = takeLock(path);
    if (!lock) {
      await sleep(lockPollMs);
      continue;
    }
    try {
      return await work();
    } finally {
      lock.release();
    }
  }
}

/**
 * The process that creates the key first owns it, and the certificate is made from the key that is there: so neither a race of
 * two processes nor a crash between the two files leaves a pair that does not fit.
 */
async function ensureAuthority(dataDir: string, now: Date): Promise<CertificatePair> {
  const files = { certificate: join(dataDir, 'ca.crt'), key: join(dataDir, 'ca.key') };
  if (
    (await readIfPresent(files.key)) === undefined &&
    (await readIfPresent(files.certificate)) === undefined
  ) {
    await createFileWhole(files.key, await createKey(), secretMode);
  }
  const key = await readIfPresent(files.key);
  if (key !== undefined && (await readIfPresent(files.certificate)) === undefined) {
    await createFileWhole(files.certificate, authorityCertificate(files.key, key, now), publicMode);
  }
  const pair = await readPair(files.certificate, files.key);
  const problem = pair ? keyPairProblem(pair) : 'one of the two is missing';
  if (pair && !problem) return pair;
  throw new StartupError(
    `${files.certificate}, ${files.key}: ${problem}; restore them, or remove both to get a new authority`,
  );
}

function authorityCertificate(keyFile: string, key: string, now: Date): string {
  try {
    return createAuthorityCertificate(key, now);
  } catch {
    throw new StartupError(
      `${keyFile}: not an RSA private key; restore it, or remove it to get a new authority`,
    );
  }
}

function needsRenewal(
  pair: CertificatePair,
  authority: CertificatePair,
  names: ServerNames,
  now: Date,
): boolean {
  if (keyPairProblem(pair)) return true;
  const certificate = new X509Certificate(pair.certificatePem);
  if (!certificate.verify(new X509Certificate(authority.certificatePem).publicKey)) return true;
  if (certificate.validToDate.getTime() - now.getTime() < renewBeforeMs) return true;
  return [...names.hosts, ...names.addresses].some((name) => !covers(certificate, name));
}

function covers(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
}

function withEnd(pair: CertificatePair): ServerCertificate {
  return { ...pair, notAfter: new X509Certificate(pair.certificatePem).validToDate };
}

async function readPair(certFile: string, keyFile: string): Promise<CertificatePair | undefined> {
  const [certificatePem, privateKeyPem] = await Promise.all([
    readIfPresent(certFile),
    readIfPresent(keyFile),
  ]);
  if (certificatePem === undefined || privateKeyPem === undefined) return undefined;
  return { certificatePem, privateKeyPem };
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new StartupError(`${path}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function readPem(variable: string, path: string): Promise<string> {
  const text = await readIfPresent(path);
  if (text === undefined) throw new StartupError(`${variable}: there is no file ${path}`);
  return text;
}
