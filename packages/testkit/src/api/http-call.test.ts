import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { findFreePort } from '@iotcore/process';
import { expect, onTestFinished, test } from 'vitest';
import { callHttp, closeIdleConnections } from './http-call.ts';

async function serve(handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<URL> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/path?a=b`);
}

test('fails where nobody listens, where the connection ends before an answer, and in the middle of one', async () => {
  const port = await findFreePort();
  await expect(callHttp(new URL(`http://127.0.0.1:${port}`))).rejects.toThrow('ECONNREFUSED');
  const silent = await serve((request) => request.socket.destroy());
  await expect(callHttp(silent)).rejects.toThrow();
  const half = await serve((_, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('half', () => response.destroy());
  });
  await expect(callHttp(half)).rejects.toThrow('aborted');
});

test.each([
  ['GET', undefined],
  ['POST', 'длина в байтах'],
  ['DELETE', Buffer.from([0xff, 0])],
] as const)('%s sends what it is given, and gives what is answered', async (method, body) => {
  const seen: unknown[] = [];
  const url = await serve(async (request, response) => {
    const bytes = await buffer(request);
    seen.push([request.method, request.url, request.headers['x-own'], bytes.toString('hex')]);
    response.writeHead(418, [
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]);
    response.end('ответ');
  });
  const answer = await callHttp(url, { method, headers: { 'x-own': 'y' }, ...(body && { body }) });
  expect(seen).toEqual([[method, '/path?a=b', 'y', Buffer.from(body ?? '').toString('hex')]]);
  expect([answer.status, answer.text]).toEqual([418, 'ответ']);
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test('a connection serves the next request, too, until those are closed on which nothing is under way', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.end();
  });
  for (let n = 0; n < 3; n += 1) {
    await callHttp(url);
    // The connection is free once its answer has been put away.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ports.size).toBe(1);
  closeIdleConnections();
  await callHttp(url);
  expect(ports.size).toBe(2);
});
