/** More often than this only an attack would need it. */
const maxAttempts = 3;

/**
 * Looks again at what changed while it was looked at: a client that comes in that moment is let in or refused by what
 * holds now, and is not sent away to come again.
 */
export async function untilSettled<T>(
  look: () => Promise<T | 'changed meanwhile'>,
): Promise<T | 'changed meanwhile'> {
  for (let attempts = 1; attempts < maxAttempts; attempts++) {
    const result = await look();
    if (result !== 'changed meanwhile') return result;
  }
  return look();
}
