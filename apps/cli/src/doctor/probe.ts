/** Beyond, something that should answer at once is not well. */
export const probeTimeoutMs = 5000;

/** What answers at an address; undefined: nothing does. */
export async function probe(url: string): Promise<Response | undefined> {
  return fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) }).catch(() => undefined);
}
