import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Http2Edge } from '../wire/http2-server.ts';

/** Serves an edge over TCP until the test is finished. Answers its port. */
export async function serveEdge(edge: Http2Edge): Promise<number> {
  const listener = createServer((socket) => edge.server.emit('connection', socket));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(async () => {
    listener.close();
    await edge.close();
  });
  return (listener.address() as AddressInfo).port;
}
