import { accessSync, constants, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readCertificate } from '@iotcore/model';
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

/** A certificate in PEM, as its file has it. What the API would refuse, a private key above all, is not sent anywhere. */
export async function readCertificateFile(option: string, path: string): Promise<string> {
  const pem = textOf(await readOptionFile(option, path));
  const reading = readCertificate(pem);
  if (reading.ok) return pem;
  const { code, description } = reading.violation;
  if (code === 'PRIVATE_KEY')
    throw usageError(`${option}: ${path} holds a private key; name the file with the certificate alone`);
  throw usageError(`${option}: ${path} is no certificate: ${description}`);
}

/** Windows PowerShell writes redirected output as UTF-16 with a byte order mark; all else is taken as UTF-8. */
function textOf(bytes: Buffer): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return isUtf16 ? bytes.subarray(2).toString('utf16le') : bytes.toString('utf8');
}
