/** A database cluster that initdb made once for the test run: a copy of it costs a twentieth of making another. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgres } from '@iotcore/store/embedded';
import { quiet } from './quiet.ts';

const parts = ['postgres', 'postgres.password'];

/** Makes it in a folder that is there. */
export async function makeCluster(folder: string): Promise<void> {
  await EmbeddedPostgres.open({ dataDir: folder, logger: quiet, disposable: true });
}

/** Puts a copy into a data folder, with its password: owners and rights stay as they are, which Postgres checks. */
export async function copyMadeCluster(from: string, dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true });
  await promisify(execFile)('cp', ['-Rp', ...parts.map((part) => join(from, part)), dataDir]);
}
