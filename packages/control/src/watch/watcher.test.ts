import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AccessTokens } from '../auth/access-tokens.ts';
import { watchNodesMs } from '../limits.ts';
import { Watcher } from './watcher.ts';

interface Asked {
  readonly messages: boolean;
  readonly response: ServerResponse;
}

/** The internal API of an MQTT server, which notes what it is asked for; while `isBusy` it opens nothing. */
async function openNode(id: string) {
  const asked: Asked[] = [];
  const state = { isBusy: false };
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const { messages } = (await json(request)) as { messages: boolean };
    asked.push({ messages, response });
    if (state.isBusy) response.writeHead(503).end('{}');
    else response.write('open {}\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  /** To the watchers that are still there. */
  const tell = (line: string) => {
    const open = asked.filter(({ response }) => !response.writableEnded && !response.destroyed);
    for (const { response } of open) response.write(`${line}\n`);
    return open.length;
  };
  return { node: { id, url: `http://127.0.0.1:${port}`, inCluster: true }, asked, state, tell };
}

/** A watch over these nodes, whose list may change, with a clock for the looks at it that the test moves. */
async function watchOver(live: readonly Awaited<ReturnType<typeof openNode>>['node'][]) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const tokens = { issueForDataPlane: async () => 't' } as unknown as AccessTokens;
  const watcher = new Watcher({ listLive: async () => live } as never, tokens);
  const caller = new AbortController();
  onTestFinished(() => caller.abort());
  const principal = { kind: 'device', id: 'd' } as const;
  return watcher.watch({ principal, messages: true, refusals: true, log: false }, caller.signal);
}

test('a watcher is told at once that a node has gone, and nothing more until it is there again', async () => {
  const [first, second] = await Promise.all([openNode('n1'), openNode('n2')]);
  // Of its lease nothing has passed: the list still has it.
  const events = await watchOver([first.node, second.node]);
  const seen: unknown[] = [];
  const reading = (async () => {
    for await (const { event, data } of events) {
      if (event === 'last') break;
      if (event !== 'ping') seen.push(event === 'gap' ? data : event);
    }
  })();
  first.state.isBusy = true;
  first.asked[0]?.response.end();
  await expect.poll(() => seen).toEqual([{ servers: 1 }]);
  vi.advanceTimersByTime(watchNodesMs);
  await expect.poll(() => first.asked.length).toBe(2);
  second.tell('refused {}');
  await expect.poll(() => seen).toEqual([{ servers: 1 }, 'refused']);
  first.state.isBusy = false;
  await expect
    .poll(() => {
      vi.advanceTimersByTime(watchNodesMs);
      return seen.length;
    })
    .toBe(3);
  second.tell('last {}');
  await reading;
  expect(seen).toEqual([{ servers: 1 }, 'refused', { servers: 2 }]);
});

test('a watcher is told that no node is left', async () => {
  const only = await openNode('n1');
  const events = await watchOver([only.node]);
  only.asked[0]?.response.end();
  for await (const { event, data } of events) {
    if (event === 'ping') continue;
    expect({ event, data }).toEqual({ event: 'gap', data: { servers: 0 } });
    break;
  }
});

test('a node that cannot yet be asked for messages too goes on with what it was asked for, until it can', async () => {
  const [first, second] = await Promise.all([openNode('n1'), openNode('n2')]);
  const live = [first.node, second.node];
  const events = await watchOver(live);
  expect(second.asked.map(({ messages }) => messages)).toEqual([false]);

  live.shift();
  second.state.isBusy = true;
  vi.advanceTimersByTime(watchNodesMs);
  await expect.poll(() => second.asked.length).toBe(2);
  await expect.poll(() => second.asked[1]?.response.writableFinished).toBe(true);
  second.state.isBusy = false;
  await expect
    .poll(() => {
      vi.advanceTimersByTime(watchNodesMs);
      return second.asked.length;
    })
    .toBe(3);
  expect(second.asked.map(({ messages }) => messages)).toEqual([false, true, true]);
  // The one that asks for messages has taken the place of the other, which is not silent, or that would end it.
  await expect.poll(() => second.tell('ping {}')).toBe(1);
  expect(second.asked[0]?.response.destroyed).toBe(true);
  second.tell('refused {}');
  second.tell('last {}');
  const seen: string[] = [];
  for await (const { event } of events) {
    if (event !== 'gap' && event !== 'ping') seen.push(event);
    if (event === 'last') break;
  }
  expect(seen).toEqual(['refused', 'last']);
});
