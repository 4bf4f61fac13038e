/** Brings node_modules to what package-lock.json says; see install.mjs. */
export function ensureInstalled(
  root: string,
  options: { readonly dev: boolean; readonly signal: AbortSignal },
): Promise<void>;

export function isInstalled(
  root: string,
  dev: boolean,
  platform?: { readonly platform: string; readonly arch: string },
): boolean;
