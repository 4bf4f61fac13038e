/**
 * How the memory of our programs is managed, which a process cannot change any more once it runs. Plain JavaScript:
 * `npm start` needs it before there are packages.
 *
 * - V8's young generation stays small. By default it grows to 64 MB while a fleet connects; whole pages of it are then
 *   promoted, and hold little: a connection had 25 KB over plain TCP and 72 inside TLS, and has 14 and 59 with this
 *   (docs/benchmarks.md). What lives long here is connections; messages are gone before the next collection either way. The
 *   other programs grow while they start, and would stay as large on an idle machine.
 * - glibc gives memory back. By itself it hands out ever larger blocks (up to 32 MiB) from one growing heap, whose holes
 *   stay with the process: after 40 slow readers had queued large messages, 820 MiB stayed resident, and 160 do with this.
 *   With a fixed threshold larger blocks are pages of their own, which go back when they are freed. It lies just above the
 *   64 KiB that Node reads a socket into, which come and go with every read. Other C libraries ignore it.
 *   https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
const semiSpaceMb = 2;
const mmapThresholdBytes = 66_000;

/** The environment to start a program with. What `env` says of the same stands. */
export function withMemorySettings(env) {
  const settings = { MALLOC_MMAP_THRESHOLD_: String(mmapThresholdBytes), ...env };
  if (env.NODE_OPTIONS?.includes('semi-space-size')) return settings;
  const options = [`--max-semi-space-size=${semiSpaceMb}`, env.NODE_OPTIONS].filter(Boolean);
  return { ...settings, NODE_OPTIONS: options.join(' ') };
}
