import { connectMqtt, connectRaw } from '@iotcore/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connack, connect, suback, subscribe } from '../../behaviour/packets.ts';
import { startServer } from '../../behaviour/server.ts';
import { reasons } from '../../reasons.ts';
import { createNativeEngine } from '../index.ts';
import { WaitingBytes } from './waiting-bytes.ts';

describe('WaitingBytes', () => {
  it('sends nobody away while all together are within the bound', () => {
    const waiting = new WaitingBytes(2_000_000);
    expect(waiting.changed(2_000_000, 2_000_000)).toBe(false);
  });

  it('sends away who adds beyond the bound and has more than a share, and nobody else', () => {
    const waiting = new WaitingBytes(2_000_000);
    waiting.changed(2_000_000, 2_000_000);
    expect(waiting.changed(524_288, 524_288)).toBe(false);
    expect(waiting.changed(-1, 2_000_000)).toBe(false);
    expect(waiting.changed(1, 524_289)).toBe(true);
  });

  it('counts what has gone out', () => {
    const waiting = new WaitingBytes(2_000_000);
    waiting.changed(2_500_000, 2_500_000);
    waiting.changed(-2_500_000, 0);
    expect(waiting.bytes).toBe(0);
    expect(waiting.changed(1_000_000, 1_000_000)).toBe(false);
  });
});

describe('the native engine', () => {
  it('closes frozen subscribers that together keep too much waiting, each within its bounds; who reads gets all', async () => {
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
      expect(reason).toBe(reasons.slowSubscriber);
    }
  });
});
