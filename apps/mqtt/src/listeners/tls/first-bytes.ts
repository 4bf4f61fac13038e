import type { Socket } from 'node:net';

/** The connection ended before the first byte came, as the probe of a load balancer does; or nothing came in time. */
export type NoBytes = 'gone' | 'late';

/**
 * Looks at the first bytes of a socket that is not read yet, and leaves them to the next reader. `done` is called once; it
 * must begin to read the socket at once, or destroy it.
 */
export function lookAtFirstBytes(
  socket: Socket,
  timeoutMs: number,
  done: (first: Buffer | NoBytes) => void,
): void {
  const timer = setTimeout(() => finish('late'), timeoutMs);
  const onReadable = () => {
    const first: Buffer | null = socket.read();
    if (first === null) return;
    socket.unshift(first);
    finish(first);
  };
  const onGone = () => finish('gone');
  const onError = () => socket.destroy();

  function finish(outcome: Buffer | NoBytes): void {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', onGone).off('close', onGone).off('error', onError);
    done(outcome);
  }
  socket.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', onError);
}
