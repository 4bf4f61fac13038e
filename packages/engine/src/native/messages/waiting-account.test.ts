import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, onTestFinished, test } from 'vitest';
import { connack, connect, suback, subscribe } from '../../behaviour/testing/packets.ts';
import { startServer } from '../../behaviour/testing/server.ts';
import { reasons } from '../../reasons.ts';
import { ByteBudget } from '../buffers/byte-budget.ts';
import { createNativeEngine } from '../index.ts';
import { KeptPayload } from './kept-message.ts';
import { WaitingAccount } from './waiting-account.ts';

describe('WaitingAccount', () => {
  test('sends nobody away while all together are within the bound', () => {
    const account = new WaitingAccount(new ByteBudget(2_000_000), undefined);
    account.take(2_000_000);
    expect(account.mustGo(2_000_000)).toBe(false);
  });

  test('sends away a session beyond the bound that has more than a share, and no other', () => {
    const account = new WaitingAccount(new ByteBudget(2_000_000), undefined);
    account.take(2_000_001);
    expect(account.mustGo(524_288)).toBe(false);
    expect(account.mustGo(524_289)).toBe(true);
  });

  test('counts what has gone out', () => {
    const waiting = new ByteBudget(2_000_000);
    const account = new WaitingAccount(waiting, undefined);
    account.take(2_500_000);
    account.give(2_500_000);
    expect(waiting.bytes).toBe(0);
    expect(account.mustGo(1_000_000)).toBe(false);
  });
});

describe('KeptPayload', () => {
  test('is charged once, to the first that holds it, until the last has let it go', () => {
    const waiting = new ByteBudget(2_000_000);
    const accounts = [1, 2, 3].map(() => new WaitingAccount(waiting, undefined));
    const payload = new KeptPayload(Buffer.alloc(1_000));
    for (const account of accounts) expect(payload.hold(account)).toBe(true);
    expect(waiting.bytes).toBe(1_000);
    payload.release();
    payload.release();
    expect(waiting.bytes).toBe(1_000);
    payload.release();
    expect(waiting.bytes).toBe(0);
  });

  test('is not held, and nothing charged, if the tenant of the first has no room', () => {
    const waiting = new ByteBudget(2_000_000);
    const tenant = {
      takeWaitingBytes: () => false,
      giveWaitingBytes: () => {
        throw new Error('nothing was taken');
      },
      takeSubscriptionBytes: () => true,
      giveSubscriptionBytes: () => {},
      takeRetainedReader: async () => () => {},
    };
    const payload = new KeptPayload(Buffer.alloc(1_000));
    expect(payload.hold(new WaitingAccount(waiting, tenant))).toBe(false);
    expect(waiting.bytes).toBe(0);
  });
});

describe('the native engine', () => {
  test('closes frozen subscribers that together keep too much waiting, each within its bounds; one that reads gets all', async () => {
    const { port, host } = await startServer(createNativeEngine, onTestFinished, {
      maxQueuedBytes: 100_000_000,
      maxInflightMessages: 20_000,
      maxWaitingBytes: 4_000_000,
    });
    for (let n = 0; n < 4; n++) {
      const frozen = await connectRaw({ port });
      frozen.send(Buffer.concat([connect({ clientId: `frozen ${n}` }), subscribe(1, ['a', 1])]));
      await frozen.expectBytes(Buffer.concat([connack(0), suback(1, 1)]));
      frozen.socket.pause();
    }
    const reader = await connectMqtt({ port, clientId: 'reader' });
    await reader.subscribe('a');
    const publisher = await connectMqtt({ port, clientId: 'publisher' });
    const payload = Buffer.alloc(100_000, 'x');

    // What the kernels take for them is many times the limit; then it is up to the engine.
    for (let sent = 0; host.told('disconnected').length < 2; sent++) {
      expect(sent).toBeLessThan(1000);
      await publisher.publish('a', payload);
      await reader.messages.next();
    }

    for (const { clientId, reason } of host.told('disconnected')) {
      expect(clientId).toMatch(/^frozen/);
      expect(reason).toBe(reasons.slowSubscriber.text);
    }
  });
});
