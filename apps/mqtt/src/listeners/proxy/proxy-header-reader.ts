import type { Socket } from 'node:net';
import { type ProxyHeader, readProxyHeader } from './proxy-protocol.ts';

/** Why a proxy's connection is closed. `gone`: it ended by itself, as the probe of a load balancer does. */
export type NoHeader = 'malformed' | 'too long' | 'late' | 'gone';

/** A proxy sends its header as soon as it is connected. */
const proxyHeaderTimeoutMs = 3_000;

export interface HeaderOptions {
  /** As `readProxyHeader` has it. */
  readonly certificateField?: number | undefined;
  readonly timeoutMs?: number;
}

/**
 * Reads the header of a socket that has not been read from yet, and leaves what follows to the next reader. `done` is
 * called once; it must begin to read the socket at once.
 */
export function readHeaderOf(
  socket: Socket,
  { certificateField, timeoutMs = proxyHeaderTimeoutMs }: HeaderOptions,
  done: (outcome: ProxyHeader | NoHeader) => void,
): void {
  let received: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => finish('late'), timeoutMs);
  const onReadable = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const header = readProxyHeader(received, certificateField);
    if (header !== 'incomplete') finish(header);
  };
  const onGone = () => finish('gone');
  const onError = () => socket.destroy();

  function finish(outcome: ProxyHeader | NoHeader): void {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', onGone).off('close', onGone).off('error', onError);
    if (typeof outcome === 'object' && received.length > outcome.bytes) {
      socket.unshift(received.subarray(outcome.bytes));
    }
    done(outcome);
  }
  socket.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', onError);
}
