import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processBeginning } from '../process-lock/process-beginning.mjs';
import { Secret } from '../secret.ts';
import type { Settings } from '../settings/table.ts';
import { StartupError } from '../startup-error.ts';
import { secretMode, writeFileWhole } from './files.ts';

/** What a running `npm start` leaves in the data folder, for programs that are started beside it. */
export interface RunningInstallation {
  readonly pid: number;
  readonly databaseUrl: Secret;
  /** Where it can be reached, by name: `{ api: 'http://127.0.0.1:8080', … }`. Empty while it starts. */
  readonly addresses: Readonly<Record<string, string>>;
}

const pathIn = (dataDir: string) => join(dataDir, 'run.json');

export async function writeRunFile(dataDir: string, running: RunningInstallation): Promise<void> {
  const began = processBeginning(running.pid);
  const content = { ...running, began, databaseUrl: running.databaseUrl.reveal() };
  await writeFileWhole(pathIn(dataDir), `${JSON.stringify(content, null, 2)}\n`, secretMode);
}

export async function removeRunFile(dataDir: string): Promise<void> {
  await rm(pathIn(dataDir), { force: true });
}

/** Undefined if nothing runs on this data folder, as far as can be seen: a process that was killed leaves its file. */
export async function readRunFile(dataDir: string): Promise<RunningInstallation | undefined> {
  try {
    const { began, ...content } = JSON.parse(await readFile(pathIn(dataDir), 'utf8'));
    if (began === undefined || processBeginning(content.pid) !== began) return undefined;
    return { ...content, databaseUrl: new Secret(content.databaseUrl) };
  } catch {
    return undefined;
  }
}

/**
 * The Postgres to use: the one that is set, else the embedded one of a running `npm start` or `npm run db`.
 *
 * @throws StartupError if there is neither
 */
export async function findDatabaseUrl(settings: Pick<Settings, 'databaseUrl' | 'dataDir'>): Promise<Secret> {
  const url = settings.databaseUrl ?? (await readRunFile(settings.dataDir))?.databaseUrl;
  if (url) return url;
  throw new StartupError(
    `DATABASE_URL: name the Postgres to use, or run \`npm run db\` first, which starts the one in ${settings.dataDir}; \`npm start\` starts everything`,
  );
}
