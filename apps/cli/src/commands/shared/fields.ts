/** The fields of a resource as options: at its creation, and to change it later. */
import type { LogOptions } from '@iotcore/sdk';
import { type Command, InvalidArgumentError } from 'commander';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { readCertificateFile } from '../../options/files.ts';
import { addPasswordOptions, type PasswordOptions, readPassword } from '../../options/password.ts';
import { pairs } from '../../options/values.ts';
import type { Change } from '../../resources/kinds.ts';

export interface FieldOptions extends PasswordOptions {
  readonly name?: string;
  readonly newName?: string;
  readonly description?: string;
  readonly labels?: Record<string, string>;
  readonly topicAliases?: Record<string, string>;
  readonly certificateFile?: readonly string[];
  /** Commander makes `--no-logging` a false, and its absence a true. */
  readonly logging?: boolean;
  readonly minLogLevel?: NonNullable<LogOptions['minLevel']>;
}

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

export function addLogOptions(command: Command): Command {
  return command
    .option('--no-logging', 'keep no connection log')
    .option('--min-log-level <level>', `least important lines to log: ${levels.join(', ')}`, levelOf);
}

/** In small letters, as the old service's command line has them, or in large ones, as the API has. */
function levelOf(text: string): string {
  if (!levels.includes(text.toLowerCase()))
    throw new InvalidArgumentError(`It is one of ${levels.join(', ')}.`);
  return text.toUpperCase();
}

/** Name, description and labels of something new, and its first certificate and password. */
export function addCreationOptions(command: Command, noun: string): Command {
  const all = (path: string, before: readonly string[] = []) => [...before, path];
  return addPasswordOptions(
    command
      .argument('[name]', `name of the ${noun}`)
      .option('--name <name>', `name of the ${noun}`)
      .option('--description <text>', 'description')
      .option('--labels <key=value,…>', 'labels', pairs)
      .option('--certificate-file <path>', 'certificate in PEM; may be given several times', all),
  );
}

/** The fields of a creation that are the same for all kinds, and the password to show, if one was made. */
export async function creationFields(
  context: CliContext,
  argument: string | undefined,
  options: FieldOptions,
) {
  if (argument !== undefined && options.name !== undefined)
    throw usageError('give the name once: as an argument or with --name');
  const name = argument ?? options.name;
  const files = options.certificateFile ?? [];
  const certificates = await Promise.all(
    files.map(async (path) => ({ certificateData: await readCertificateFile('--certificate-file', path) })),
  );
  const password = await readPassword(options, context);
  return {
    fields: {
      ...(name === undefined ? {} : { name }),
      ...(options.description === undefined ? {} : { description: options.description }),
      ...(options.labels === undefined ? {} : { labels: options.labels }),
      ...(certificates.length === 0 ? {} : { certificates }),
      ...(password === undefined ? {} : { password: password.text }),
    },
    shown: password?.generated ? { password: password.text } : {},
  };
}

export function logOptionsOf({ logging, minLogLevel }: FieldOptions): { logOptions?: LogOptions } {
  const disabled = logging === false ? { disabled: true } : {};
  const minLevel = minLogLevel === undefined ? {} : { minLevel: minLogLevel };
  const logOptions = { ...disabled, ...minLevel };
  return Object.keys(logOptions).length === 0 ? {} : { logOptions };
}

export function addChangeOptions(command: Command, noun: string): Command {
  return command
    .option('--new-name <name>', `new name of the ${noun}`)
    .option('--description <text>', 'description')
    .option('--labels <key=value,…>', 'all labels, in place of those it has', pairs);
}

/** What the options change, and nothing else. @throws CliError if that is nothing */
export function changeOf(options: FieldOptions): Change {
  const fields = {
    ...(options.newName === undefined ? {} : { name: options.newName }),
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    ...(options.topicAliases === undefined ? {} : { topicAliases: options.topicAliases }),
    ...logOptionsOf(options),
  };
  const names = Object.keys(fields);
  if (names.length === 0) throw usageError('say what to change: --help lists what can be');
  return { updateMask: names.join(','), ...fields };
}
