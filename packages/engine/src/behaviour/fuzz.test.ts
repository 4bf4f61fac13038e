import { connect as openSocket } from 'node:net';
import { connectMqtt } from '@iotcore/testkit';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fuzzRuns, hostileStream } from '../codec/cases/mutations.ts';
import { engineUnderTest } from './testing/engine-under-test.ts';
import { startServer } from './testing/server.ts';

const { name, create } = engineUnderTest;

const together = 10;

/** Sends the bytes in pieces, then hangs up; resolves when the connection is gone. */
function send(port: number, bytes: Buffer, cuts: readonly number[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = openSocket(port, '127.0.0.1', async () => {
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        socket.write(bytes.subarray(at, at + cut));
        at += cut;
        await new Promise(setImmediate);
      }
      socket.end();
    });
    socket.resume();
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

describe(`the ${name} engine, sent all kinds of broken bytes`, () => {
  test('goes on serving others, and keeps nothing of those who sent them', async () => {
    const { port, engine } = await startServer(create, onTestFinished);
    const bystander = await connectMqtt({ port, clientId: 'bystander', username: 'bystander' });
    await bystander.subscribe('bystander/only');
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 4 });
    const batch = fc.array(fc.tuple(hostileStream, cuts), { minLength: together, maxLength: together });

    await fc.assert(
      fc.asyncProperty(batch, async (clients) => {
        await Promise.all(clients.map(([bytes, pieces]) => send(port, bytes, pieces)));
        await bystander.publish('bystander/only', 'alive');
        expect((await bystander.messages.next()).payload.toString()).toBe('alive');
      }),
      { numRuns: fuzzRuns(30) },
    );

    // The last connections may still be on their way out when their clients have seen the end.
    await expect.poll(() => engine.stats()).toMatchObject({ sessions: 1, subscriptions: 1 });
  });
});
