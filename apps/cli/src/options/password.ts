/** How a password reaches a command: a flag, a file, the terminal, a pipe, or made on the spot. */
import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { usageError } from '../errors.ts';
import { readOptionFile } from './files.ts';

export interface PasswordOptions {
  readonly password?: string;
  readonly passwordFile?: string;
  readonly readPassword?: boolean;
  readonly generatePassword?: boolean;
}

export interface NewPassword {
  readonly text: string;
  /** Made here: the person must be shown it, once. */
  readonly generated: boolean;
}

export function addPasswordOptions(command: Command): Command {
  return command
    .option('--password <password>', 'password; other users of the machine may see it here')
    .option('--password-file <path>', 'file that holds the password')
    .option('--read-password', 'ask for the password, or read it from a pipe')
    .option('--generate-password', 'make a password, and print it once');
}

/** The password that the options give; undefined if none is asked for. */
export async function readPassword(
  options: PasswordOptions,
  { prompt }: CliContext,
): Promise<NewPassword | undefined> {
  const ways = [options.password, options.passwordFile, options.readPassword, options.generatePassword];
  const given = ways.filter((way) => way !== undefined);
  if (given.length > 1)
    throw usageError(
      'give a password one way only: --password, --password-file, --read-password or --generate-password',
    );
  if (options.generatePassword) return { text: generatePassword(), generated: true };
  if (options.password !== undefined) return { text: options.password, generated: false };
  if (options.passwordFile !== undefined) {
    const text = (await readOptionFile('--password-file', options.passwordFile)).toString('utf8');
    return { text: text.replace(/\r?\n$/, ''), generated: false };
  }
  if (options.readPassword) return { text: await prompt.secret('Password: '), generated: false };
  return undefined;
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const groups = [letters, letters.toUpperCase(), '0123456789'];
/** Some 142 bits. */
const generatedLength = 24;

/** A password that the service accepts, of letters and digits: it needs no quotes anywhere. */
export function generatePassword(): string {
  for (;;) {
    const alphabet = groups.join('');
    const text = Array.from({ length: generatedLength }, () => alphabet[randomInt(alphabet.length)]).join('');
    if (groups.every((group) => [...text].some((character) => group.includes(character)))) return text;
  }
}
