/** `iotcore certificate create`. */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type KeyAlgorithm, keyAlgorithms } from '../../certificates/key-algorithms.ts';
import type { CliContext } from '../../context.ts';
import { CliError, usageError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { withExamples } from '../examples.ts';

interface CreateOptions {
  readonly certFile: string;
  readonly keyFile: string;
  readonly algorithm: KeyAlgorithm;
  readonly commonName: string;
  readonly days: number;
}

/** Beyond, dates of X.509 get another form, and devices other bugs. */
const maxDays = 20 * 365;
/** The longest that a name in a certificate may be (RFC 5280). */
const maxCommonName = 64;

export function register(program: Command, context: CliContext): void {
  const certificate = program.command('certificate').description('Make certificates for devices');
  const create = certificate
    .command('create')
    .description('Make a private key and a self-signed certificate, as files; neither is sent anywhere')
    .option('--cert-file <path>', 'where the certificate goes', 'cert.pem')
    .option('--key-file <path>', 'where the private key goes, readable by you alone', 'key.pem')
    .addOption(new Option('--algorithm <name>', 'of the key').choices(keyAlgorithms).default('rsa-2048'))
    .option('--common-name <name>', 'name in the certificate; only people read it', commonName, 'iotcore')
    .option('--days <n>', 'how long it is valid', days, 3650)
    .action((options: CreateOptions) => createFiles(options, context));
  withExamples(
    create,
    'iotcore certificate create --common-name pump',
    'iotcore certificate create --algorithm ecdsa-p256 --days 365 --cert-file valve.crt --key-file valve.key',
  );
}

async function createFiles(options: CreateOptions, context: CliContext): Promise<void> {
  const { certFile, keyFile, algorithm } = options;
  if (certFile === keyFile) throw usageError('--cert-file and --key-file must be two files');
  const existing = [certFile, keyFile].find((path) => existsSync(path));
  if (existing !== undefined) throw alreadyThere(existing);
  const { createSelfSigned } = await import('../../certificates/self-signed.ts');
  const made = await createSelfSigned({ ...options, now: context.now() });
  await writeNew(keyFile, made.keyPem, 0o600);
  try {
    await writeNew(certFile, made.certPem, 0o644);
  } catch (error) {
    await rm(keyFile);
    throw error;
  }
  await context.out.result({
    certificateFile: certFile,
    keyFile,
    algorithm,
    fingerprint: made.fingerprint,
    validUntil: made.validUntil.toISOString(),
  });
  context.out.note(
    `keep ${keyFile} to the device alone; add ${certFile} with \`iotcore device certificate add\``,
  );
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EEXIST' ? alreadyThere(path) : usageError(`${path} cannot be written (${code})`);
  }
}

function alreadyThere(path: string): CliError {
  return new CliError(`${path} is there already, and stays as it is: name another file`, exitCodes.conflict);
}

function days(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1 || Number(text) > maxDays)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${maxDays}.`);
  return Number(text);
}

function commonName(text: string): string {
  if (text === '' || text.length > maxCommonName)
    throw new InvalidArgumentError(`It has 1 to ${maxCommonName} characters.`);
  return text;
}
