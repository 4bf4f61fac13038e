/**
 * The SDK exchanges its secrets at the address of the old service, which only the network can redirect: here a proxy that its
 * transport is told to use, elsewhere a DNS entry.
 */
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Redirect {
  readonly url: string;
  /** Whom clients wanted to reach, connection by connection. */
  readonly asked: readonly string[];
}

/** An HTTP proxy that leads every CONNECT, whomever it is for, to this port. It ends with the test. */
export async function redirectTo(port: number): Promise<Redirect> {
  const asked: string[] = [];
  const server = createServer().on('connect', ({ url = '' }, client, head) => {
    asked.push(url);
    const server = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.write(head);
      client.pipe(server).pipe(client);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const)
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
