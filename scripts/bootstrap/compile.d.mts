/** Fills the cache of compiled code; see compile.mjs. */
export function compile(
  node: string,
  programs: readonly string[],
  options: { readonly cache: string; readonly sources: readonly string[]; readonly signal: AbortSignal },
): Promise<void>;
