import type { IncomingMessage } from 'node:http';

/**
 * Reads the rest of a body and forgets it. A connection that is closed with bytes unread is reset, and a reset may overtake
 * the answer on its way through a proxy. Resolves at the end of the body, or of the connection, or beyond so many bytes.
 */
export function discardBody(body: IncomingMessage, mostBytes: number): Promise<void> {
  return new Promise((resolve) => {
    if (body.complete || body.destroyed) return resolve();
    let bytes = 0;
    body.once('end', resolve);
    body.once('close', resolve);
    body.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > mostBytes) resolve();
    });
    body.resume();
  });
}
