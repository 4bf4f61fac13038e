/** The environment to start an MQTT server with: how its memory is managed. What `env` says of the same stands. */
export function withMqttMemory<E extends Readonly<Record<string, string | undefined>>>(
  env: E,
): E & { readonly NODE_OPTIONS: string };

/** The environment to start another program with: its young generation stays small. What `env` says of the same stands. */
export function withSmallYoungGeneration<E extends Readonly<Record<string, string | undefined>>>(
  env: E,
): E & { readonly NODE_OPTIONS: string };
