/**
 * Brings the database to this release's schema, and ends: a job of its own before the new processes, where the operator wants
 * one (deploy/helm). Without it the first process that starts does the same.
 */
import { writeSync } from 'node:fs';
import { createLogger, findDatabaseUrl, readSettings, StartupError } from '@iotcore/process';
import { prepareDatabase } from '@iotcore/store';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
try {
  const settings = readSettings(process.env);
  const url = (await findDatabaseUrl(settings)).reveal();
  await prepareDatabase(url, createLogger('migrate-database', settings), stopping.signal);
} catch (error) {
  if (!(error instanceof StartupError) && !stopping.signal.aborted) throw error;
  const reason = error instanceof StartupError ? error.message : 'stopped';
  writeSync(2, `migrate-database: ${reason}\n`);
  process.exitCode = 1;
}
