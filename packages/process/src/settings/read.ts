import { StartupError } from '../startup-error.ts';
import { closest } from './closest.ts';
import { internalSettingsTable } from './internal-table.ts';
import { namedFileProblems } from './named-files.ts';
import type { Setting } from './setting.ts';
import { type Environment, readSources } from './settings-file.ts';
import { type Settings, settingsTable } from './table.ts';

/** One or more settings are wrong; the message has one line for each, with what would be right. */
export class SettingsError extends StartupError {
  override readonly name = 'SettingsError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const table: readonly (readonly [string, Setting<unknown>])[] = Object.entries({
  ...settingsTable,
  ...internalSettingsTable,
});
const ownVariables = new Set(table.map(([, setting]) => setting.variable));
const secretVariables = new Set(
  table.filter(([, { type }]) => type.secret).map(([, { variable }]) => variable),
);
/** What somebody may have meant. */
const documentedVariables = new Set(Object.values(settingsTable).map(({ variable }) => variable));

/**
 * Reads all settings from the environment, and from the files that it names (see settings-file.ts). A variable that is set to nothing counts as not set, unless its description
 * says otherwise.
 *
 * @throws SettingsError naming every unknown `IOT_…` variable and every bad value at once
 */
export function readSettings(given: Environment): Settings {
  const { settings, problems } = read(given);
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

/** A line for each thing that would end a start, or keep it from its files: what `readSettings` refuses, and the files that settings name. */
export function settingsProblems(given: Environment): string[] {
  const { settings, problems } = read(given);
  const files = new Map<string, string>();
  for (const [name, { variable, type }] of table) {
    const path = settings[name as keyof Settings];
    if (type.namesFile && typeof path === 'string') files.set(variable, path);
  }
  return [...problems, ...namedFileProblems(files, settings)];
}

/** Settings that a problem is told of are undefined. */
function read(given: Environment): { readonly settings: Settings; readonly problems: string[] } {
  const { env, problems: fileProblems } = readSources(given, ownVariables, secretVariables);
  const problems = [...fileProblems, ...unknownVariables(env)];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of table) {
    const text = textOf(setting, env);
    const parsed = text === undefined ? undefined : setting.type.schema.safeParse(text);
    if (parsed?.success === false) problems.push(badValue(setting, text ?? ''));
    values[name] = parsed?.data;
  }
  const settings = values as Settings;
  return { settings, problems: [...problems, ...contradictions(settings)] };
}

/** What holds, by variable, as it would be written: without secrets, and without what has no value. */
export function shownSettings(given: Environment): Record<string, string> {
  const { env } = readSources(given, ownVariables, secretVariables);
  const shown: Record<string, string> = {};
  for (const setting of Object.values<Setting<unknown>>(settingsTable)) {
    const text = setting.type.secret ? undefined : textOf(setting, env);
    if (text !== undefined) shown[setting.variable] = withoutUsers(text);
  }
  return shown;
}

function textOf(setting: Setting<unknown>, env: Environment): string | undefined {
  const given = env[setting.variable];
  if (given === undefined || (given === '' && !setting.type.takesEmpty)) return setting.default;
  return given;
}

function unknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('IOT_') && !ownVariables.has(name))
    .map((name) => {
      const meant = closest(name, documentedVariables);
      return `${name}: there is no such setting${meant ? `; did you mean ${meant}?` : ''} (docs/settings.md lists all)`;
    });
}

function badValue({ variable, type }: Setting<unknown>, text: string): string {
  return type.secret
    ? `${variable}: expected ${type.expects}`
    : `${variable}=${JSON.stringify(withoutUsers(text))}: expected ${type.expects}`;
}

/** Where a URL may hold no user and password, it may be refused for the password that it holds. */
function withoutUsers(text: string): string {
  return text.replaceAll(/\/\/[^/\s]*@/g, '//…@');
}

function contradictions({ tlsCertFile, tlsKeyFile }: Settings): string[] {
  if ((tlsCertFile === undefined) === (tlsKeyFile === undefined)) return [];
  return ['IOT_TLS_CERT_FILE and IOT_TLS_KEY_FILE: expected both or neither'];
}
