import { accessSync, constants, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { usageError } from '../errors.ts';

/** The content of a file that an option names. @throws CliError if it cannot be read */
export async function readOptionFile(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw usageError(`${option}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Looks whether a file that an option names can be written, and makes none. @throws CliError if it cannot */
export function checkWritable(option: string, path: string): void {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    accessSync(there ? path : dirname(path), constants.W_OK);
  } catch (error) {
    throw usageError(`${option}: ${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** A certificate in PEM. A file with a private key in it is not sent anywhere. */
export async function readCertificateFile(option: string, path: string): Promise<string> {
  const pem = (await readOptionFile(option, path)).toString('utf8');
  if (/PRIVATE KEY-----/.test(pem))
    throw usageError(`${option}: ${path} holds a private key; name the file with the certificate alone`);
  if (!pem.includes('-----BEGIN CERTIFICATE-----'))
    throw usageError(`${option}: ${path} is no certificate in PEM`);
  return pem;
}
