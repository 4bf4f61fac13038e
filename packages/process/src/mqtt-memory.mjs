/**
 * How the memory of the MQTT server is managed, which a process cannot change any more once it runs. Plain JavaScript:
 * `npm run mqtt` needs it before there are packages.
 *
 * - V8's young generation stays small. By default it grows to 64 MB while a fleet connects; whole pages of it are then
 *   promoted, and hold little: a connection had 25 KB over plain TCP and 72 inside TLS, and has 14 and 59 with this
 *   (docs/benchmarks.md). What lives long here is connections; messages are gone before the next collection either way.
 * - glibc gives memory back. By itself it hands out ever larger blocks (up to 32 MiB) from one growing heap, whose holes
 *   stay with the process: after 40 slow readers had queued large messages, 820 MiB stayed resident, and 160 do with this.
 *   With a fixed threshold larger blocks are pages of their own, which go back when they are freed. It lies just above the
 *   64 KiB that Node reads a socket into, which come and go with every read. Other C libraries ignore it.
 *   https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
const semiSpaceMb = 2;
const mmapThresholdBytes = 66_000;

/** The environment to start an MQTT server with. What `env` says of the same stands. */
export function withMqttMemory(env) {
  return { MALLOC_MMAP_THRESHOLD_: String(mmapThresholdBytes), ...withSmallYoungGeneration(env) };
}

/** The same for the other programs: theirs grows while they start, and stays as large on an idle machine. What `env` says of it stands. */
export function withSmallYoungGeneration(env) {
  if (env.NODE_OPTIONS?.includes('semi-space-size')) return { ...env };
  const options = [`--max-semi-space-size=${semiSpaceMb}`, env.NODE_OPTIONS].filter(Boolean);
  return { ...env, NODE_OPTIONS: options.join(' ') };
}
