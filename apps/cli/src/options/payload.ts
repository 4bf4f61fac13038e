/** The payload of one message, as text or from a file. */
import type { Command } from 'commander';
import { usageError } from '../errors.ts';
import { readOptionFile } from './files.ts';

export interface PayloadOptions {
  readonly message?: string;
  readonly file?: string;
}

export function addPayloadOptions(command: Command): Command {
  return command
    .option('-m, --message <text>', 'payload')
    .option('-f, --file <path>', 'file whose content is the payload');
}

/** Its bytes in base64, as the API takes them. @throws CliError unless it is given exactly once */
export async function readPayload({ message, file }: PayloadOptions): Promise<string> {
  if ((message === undefined) === (file === undefined))
    throw usageError('give the payload one way: --message or --file');
  const bytes = file === undefined ? Buffer.from(message ?? '') : await readOptionFile('--file', file);
  return bytes.toString('base64');
}
