import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessTokens } from '@iotcore/control';
import { createId, everyFolder } from '@iotcore/model';
import { type Clock, secretMode, writeFileWhole } from '@iotcore/process';
import type { ControlStore } from '@iotcore/store/control';

const dayMs = 86_400_000;
const lifetimeMs = 365 * dayMs;
/** A token that ends sooner is replaced at the next start. */
const renewedBeforeMs = 30 * dayMs;

/**
 * Leaves a token of the admin's in the data folder, readable by its owner alone, unless a good one lies there: it is
 * missing at the first start, and stops being good with another database or when the account was deleted.
 */
export async function keepAdminToken(
  dataDir: string,
  store: ControlStore,
  tokens: AccessTokens,
  clock: Clock,
): Promise<void> {
  const account = { id: createId(), folderId: everyFolder, name: 'admin' };
  const accountId = await store.ensureAdminAccount(account, createId());
  const path = join(dataDir, 'admin.token');
  const nowMs = clock.date().getTime();
  const existing = await tokens.read(await readIfThere(path));
  const isGood = existing?.accountId === accountId && existing.expiresAt.getTime() - nowMs > renewedBeforeMs;
  if (!isGood) {
    const expiresAt = new Date(nowMs + lifetimeMs);
    const token = await tokens.issue({ accountId, authorizedKeyId: undefined, expiresAt });
    await writeFileWhole(path, `${token}\n`, secretMode);
  }
}

async function readIfThere(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
