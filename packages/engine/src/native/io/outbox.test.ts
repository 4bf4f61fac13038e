import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Tick } from '../timing/tick.ts';
import { Outbox } from './outbox.ts';

test('however many answers there are beside a flood, they are to be written once', () => {
  const tick = new Tick();
  const isUrgent = vi.spyOn(tick, 'isUrgent', 'get').mockReturnValue(false);
  const flushLater = vi.spyOn(tick, 'flushLater');
  const outbox = new Outbox(new PassThrough(), tick, 1_000_000);
  const packet = Buffer.from([0xd0, 0]);
  const answer = () => outbox.append(packet, 0, packet.length);

  answer();
  expect(flushLater).toHaveBeenCalledTimes(1);
  isUrgent.mockReturnValue(true);
  answer();
  expect(flushLater, 'it must no longer wait for the flood').toHaveBeenCalledTimes(2);
  for (let n = 0; n < 1_000; n++) answer();
  expect(flushLater).toHaveBeenCalledTimes(2);

  outbox.flush();
  answer();
  expect(flushLater).toHaveBeenCalledTimes(3);
});

test('less than the bound waits whenever the socket is not blocked, whatever is appended', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 20_000 }), fc.boolean(), (packets, bound, isRead) => {
      const socket = new PassThrough({ highWaterMark: 10_000 });
      if (isRead) socket.resume();
      const outbox = new Outbox(socket, new Tick(), bound);
      for (const bytes of packets) {
        outbox.append(Buffer.alloc(bytes), 0, bytes);
        if (!outbox.isBlocked) expect(outbox.waitingBytes).toBeLessThan(bound);
      }
    }),
  );
});
