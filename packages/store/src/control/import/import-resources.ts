/** Import: one transaction for a request, with a fixed number of statements, and a record in the audit trail. */
import type { PrismaClient } from '../../generated/client.ts';
import type { Db } from '../db.ts';
import { type AuditedCall, recordDone } from '../history/audit-events.ts';
import { isOvertaken } from './overtaken.ts';
import { planImport } from './plan.ts';
import { readExisting } from './read-existing.ts';
import type { Import, ImportOutcome, ImportOutcomes } from './types.ts';
import { writePlan } from './write.ts';

/** How often a plan is made anew that others overtook. Imports themselves take turns, so it takes other writers to. */
const maxAttempts = 5;

/** Imports, or finds out what importing would do. Nothing is ever deleted. `now`: when it is recorded. */
export async function importResources(
  prisma: PrismaClient,
  call: AuditedCall,
  request: Import,
  now: Date,
): Promise<ImportOutcomes> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await prisma.$transaction((tx) => importOnce(tx, call, request, now));
    } catch (error) {
      if (attempt === maxAttempts || !isOvertaken(error)) throw error;
    }
  }
}

async function importOnce(tx: Db, call: AuditedCall, request: Import, now: Date): Promise<ImportOutcomes> {
  if (!request.dryRun) await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('import', 0))`;
  const plan = planImport(request, await readExisting(tx, request), now);
  if (request.dryRun) return plan.outcomes;
  await writePlan(tx, plan);
  await recordDone(tx, call, now, summaries(plan.outcomes, request));
  return plan.outcomes;
}

/** One record for each folder, so that a caller that may read the audit trail of a folder finds it there. */
function summaries(outcomes: ImportOutcomes, { overwrite }: Import) {
  const all = Object.values<readonly ImportOutcome[]>({ ...outcomes }).flat();
  const byFolder = Map.groupBy(all, ({ folderId }) => folderId);
  return [...byFolder].map(([folderId, ofFolder]) => {
    const counts = Map.groupBy(ofFolder, ({ outcome }) => outcome.toLowerCase());
    const counted = [...counts].map(([outcome, { length }]) => [outcome, length]);
    return { folderId, details: { overwrite, ...Object.fromEntries(counted) } };
  });
}
