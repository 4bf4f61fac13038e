/** What loading and starting left in memory is given back, once. */
import v8 from 'node:v8';
import vm from 'node:vm';

/** By then what follows a start (caches that fill, first looks at the database) is over. */
const afterStartMs = 10_000;

/**
 * V8 gives memory back in small steps while a process is idle, but thinks of it only after it has collected garbage: a process that
 * has started and then waits kept what its start left, a sixth of what it had. One collection of the young generation, some
 * milliseconds, brings that about. The timer keeps no process alive.
 */
export function giveBackMemory(delayMs = afterStartMs): void {
  setTimeout(() => {
    v8.setFlagsFromString('--expose-gc');
    const collectGarbage = vm.runInNewContext('gc');
    // The cache of compiled code is good for the flags alone that it was written with.
    v8.setFlagsFromString('--no-expose-gc');
    collectGarbage({ type: 'minor' });
  }, delayMs).unref();
}
