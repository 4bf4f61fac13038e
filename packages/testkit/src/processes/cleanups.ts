export type Cleanup = () => Promise<unknown>;

/** Every cleanup gets its turn, the last first; the first that failed is thrown. */
export async function runBackwards(cleanups: Cleanup[]): Promise<void> {
  const failures: unknown[] = [];
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup().catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
