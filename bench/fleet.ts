/** The clients of a load: one registry and its devices, the same for every broker, with the same rights. */

/** The password of all clients. It is hashed once for each broker: hashing is not measured. */
export const password = 'Benchmark-2026';

export const registryId = 'arebenchmark00000000';

export function deviceId(number: number): string {
  return `arebenchd${String(number).padStart(11, '0')}`;
}

export const maxDevices = 10_000;

/** What a device publishes, and what its registry subscribes to in order to receive it. */
export const eventsTopic = (device: string): string => `$devices/${device}/events`;
export const eventsFilter = '$devices/+/events/#';

/** What a registry tells all its devices, and one. */
export const broadcastTopic = `$registries/${registryId}/commands`;
export const commandsFilter = (device: string): string => `$devices/${device}/commands`;
