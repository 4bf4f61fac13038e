/**
 * Where settings come from beside the environment: a file of them (`IOT_CONFIG_FILE`), and a file for each secret
 * (`DATABASE_URL_FILE`), as containers and systemd hand them over. What the environment says itself goes before both.
 */
import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the file of settings. */
export const settingsFileVariable = 'IOT_CONFIG_FILE';
/** What follows the name of a secret where a file holds it. */
const secretFileSuffix = '_FILE';

/** Larger, it is no file of settings: somebody named another one. */
const maxFileBytes = 1024 * 1024;

export interface Sources {
  /** The environment with what the files add. */
  readonly env: Environment;
  /** A line for each thing that is wrong with the files. */
  readonly problems: readonly string[];
}

/** `known`: the names of all settings, of which `secrets` may have a file each. */
export function readSources(
  env: Environment,
  known: ReadonlySet<string>,
  secrets: ReadonlySet<string>,
): Sources {
  const problems: string[] = [];
  const path = env[settingsFileVariable];
  const inFile = path
    ? readSettingsFile(path, (name) => known.has(name) || isSecretFile(name, secrets), problems)
    : {};
  const merged: Record<string, string | undefined> = { ...inFile };
  for (const [name, value] of Object.entries(env)) if (value !== undefined) merged[name] = value;
  for (const secret of secrets) {
    const variable = secret + secretFileSuffix;
    const secretPath = merged[variable];
    delete merged[variable];
    // Where the environment names a file, a secret in the file of settings is not what counts.
    if (!secretPath || env[secret] || (merged[secret] && !env[variable])) continue;
    // An editor ends a file with a line break, which is no part of a password.
    const text = readText(secretPath, variable, problems)?.replace(/\r?\n$/, '');
    // A secret that was never filled in must not count as none: without DATABASE_URL a new database would be made.
    if (text === '') problems.push(`${variable}=${secretPath}: it is empty`);
    else if (text !== undefined) merged[secret] = text;
  }
  delete merged[settingsFileVariable];
  return { env: merged, problems };
}

function isSecretFile(name: string, secrets: ReadonlySet<string>): boolean {
  return name.endsWith(secretFileSuffix) && secrets.has(name.slice(0, -secretFileSuffix.length));
}

/** `KEY=value` lines, as systemd reads them too: `#` begins a comment line, quotes are optional. */
function readSettingsFile(
  path: string,
  isKnown: (name: string) => boolean,
  problems: string[],
): Record<string, string> {
  const found = new Map<string, string>();
  const text = readText(path, settingsFileVariable, problems) ?? '';
  // A byte order mark is what some editors of Windows begin a file with.
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const place = `${path}, line ${index + 1}`;
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const [, name, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    // A line that is no setting may be a part of a secret: it is not shown.
    if (name === undefined || value === undefined) problems.push(`${place}: expected NAME=value`);
    else if (!isKnown(name))
      problems.push(`${place}: there is no setting ${name} (docs/settings.md lists all)`);
    else if (found.has(name)) problems.push(`${place}: ${name} is set a second time`);
    else found.set(name, unquoted(value));
  }
  return Object.fromEntries(found);
}

/** In double quotes a backslash makes the next character one like any other; in single quotes nothing does. */
function unquoted(value: string): string {
  const text = value.trim();
  if (/^'[^']*'$/.test(text)) return text.slice(1, -1);
  if (/^"([^"\\]|\\.)*"$/.test(text)) return text.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  return text;
}

function readText(path: string, variable: string, problems: string[]): string | undefined {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= maxFileBytes) return bytes.toString('utf8');
    problems.push(`${variable}=${path}: it has more than 1 MiB`);
  } catch (error) {
    problems.push(unreadable(`${variable}=${path}`, error));
  }
  return undefined;
}

export function unreadable(file: string, error: unknown): string {
  return `${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`;
}
