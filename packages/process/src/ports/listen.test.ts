import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { StartupError } from '../startup-error.ts';
import { listenAt, urlHost } from './listen.ts';

const variables = { host: 'IOT_X_HOST', port: 'IOT_X_PORT' };

function begin({ host, port }: { host: string; port: number }): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => resolve((server.address() as AddressInfo).port));
  });
}

test('a port that is taken is told with the setting that names it', async () => {
  const port = await begin({ host: '127.0.0.1', port: 0 });
  const second = listenAt({ host: '127.0.0.1', port, variables }, begin);
  await expect(second).rejects.toThrow(StartupError);
  await expect(second).rejects.toThrow(
    `IOT_X_PORT: port ${port} of 127.0.0.1 is taken; name another, or stop what uses it`,
  );
});

test('an address of another machine is told with the setting that names it', async () => {
  const elsewhere = listenAt({ host: '192.0.2.1', port: 0, variables }, begin);
  await expect(elsewhere).rejects.toThrow('IOT_X_HOST: 192.0.2.1 is not an address of this machine');
});

test.each([
  ['EACCES', 'IOT_X_PORT: port 80 of ::1 is not permitted; name one above 1023'],
  ['EMFILE', 'IOT_X_HOST, IOT_X_PORT: cannot listen on [::1]:80 (EMFILE)'],
])('%s is told in words', async (code, message) => {
  const refused = listenAt({ host: '::1', port: 80, variables }, async () => {
    throw Object.assign(new Error('no'), { code });
  });
  await expect(refused).rejects.toThrow(message);
});

test('what listens is answered', async () => {
  const place = { host: '127.0.0.1', port: 0, variables };
  expect(await listenAt(place, begin)).toBeGreaterThan(0);
  expect([urlHost('::1'), urlHost('127.0.0.1')]).toEqual(['[::1]', '127.0.0.1']);
});
