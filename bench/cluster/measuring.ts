/** Of what size a fleet is, and how its cost is measured. */

export interface FleetSize {
  readonly devices: number;
  readonly registries: number;
  readonly nodes: number;
}

/** Devices first, then registries. */
export function namespaceOf({ devices }: FleetSize, n: number): string {
  return n < devices ? `devices/are${n}device` : `registries/are${n - devices}registry`;
}

/** Bytes that are alive. */
export function aliveBytes(): number {
  // The memory of array buffers is given back by the collection after the one that finds them unused.
  for (const _ of [1, 2]) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export function cpuMs(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}

/** Milliseconds of CPU, and bytes that are alive afterwards. */
export function measure<T>(work: () => T): {
  readonly result: T;
  readonly ms: number;
  readonly bytes: number;
} {
  const before = aliveBytes();
  const began = process.cpuUsage();
  const result = work();
  const ms = cpuMs(began);
  return { result, ms, bytes: aliveBytes() - before };
}

export function say(what: string, ms: number, bytes: number, more = ''): void {
  process.stdout.write(
    `${what.padEnd(58)} ${ms.toFixed(0).padStart(6)} ms ${(bytes / 2 ** 20).toFixed(1).padStart(7)} MiB  ${more}\n`,
  );
}
