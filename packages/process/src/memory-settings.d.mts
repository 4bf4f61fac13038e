/** The environment to start a program of ours with: how its memory is managed. What `env` says of the same stands. */
export function withMemorySettings<E extends Readonly<Record<string, string | undefined>>>(
  env: E,
): E & { readonly NODE_OPTIONS: string };
