/**
 * Errors that nobody caught fail the test in which they came up. Without that vitest fails the run, and names a test that
 * passed.
 */

const unhandled: unknown[] = [];
for (const event of ['unhandledRejection', 'uncaughtException'] as const)
  process.on(event, (error: unknown) => unhandled.push(error));

/** Throws what came up since the last look, after giving what is under way its turn. */
export async function throwUnhandled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  const [first, ...others] = unhandled.splice(0);
  if (first === undefined) return;
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  throw new Error(`an error that nobody caught${more}: ${first instanceof Error ? first.message : first}`, {
    cause: first,
  });
}
