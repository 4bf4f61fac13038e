/** The environment to start an MQTT server with: how its memory is managed. What `env` says of the same stands. */
export function withMqttMemory<E extends Readonly<Record<string, string | undefined>>>(
  env: E,
): E & { readonly NODE_OPTIONS: string };
