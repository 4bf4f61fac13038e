import { once } from 'node:events';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packetBytes } from '../../codec/index.ts';
import type { Qos } from '../../port.ts';
import { Outbox } from '../io/outbox.ts';
import { Tick } from '../timing/tick.ts';
import { OutgoingMessage } from './outgoing-message.ts';

/** A stream that keeps what is written to it, and takes it only while it is told to. */
class Reader extends Duplex {
  readonly chunks: Buffer[] = [];
  #held: (() => void) | undefined;
  isFrozen = false;

  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // A copy, since the bytes are the writer's again once the stream has let go of them.
    if (!this.isFrozen) {
      this.chunks.push(Buffer.from(chunk));
      done();
      return;
    }
    this.#held = () => {
      this.chunks.push(Buffer.from(chunk));
      done();
    };
  }
  thaw(): void {
    this.isFrozen = false;
    this.#held?.();
    this.#held = undefined;
  }
  get received(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

const name = (topic: string) => ({ topic, topicBytes: Buffer.from(topic) });
const yieldToEventLoop = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

/** A PUBLISH as a client sends it. */
function received(topic: string, payload: Buffer, qos: Qos, flags = 0): Buffer {
  const body = Buffer.concat([
    Buffer.from([topic.length >> 8, topic.length & 255]),
    Buffer.from(topic),
    Buffer.alloc(2 * qos, 7),
    payload,
  ]);
  const high = body.length >> 7;
  const length =
    high === 0
      ? [body.length]
      : high < 128
        ? [(body.length & 127) | 128, high]
        : [(body.length & 127) | 128, (high & 127) | 128, high >> 7];
  return Buffer.concat([Buffer.from([0x30 | (qos << 1) | flags, ...length]), body]);
}

function expected(topic: string, payload: Buffer, qos: Qos, id: number): string {
  const packet = received(topic, payload, qos);
  if (qos === 1) packet.writeUInt16BE(id, packet.length - payload.length - 2);
  return packet.toString('hex');
}

function packetsOf(stream: Buffer): string[] {
  const packets: string[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = packetBytes(stream, at, stream.length, 1_000_000);
    packets.push(stream.toString('hex', at, at + size));
    at += size;
  }
  return packets;
}

describe('an outgoing message', () => {
  const reader = fc.record({
    qos: fc.constantFrom<Qos>(0, 1),
    freezesAt: fc.option(fc.nat(20), { nil: -1 }),
  });
  const message = fc.record({
    qos: fc.constantFrom<Qos>(0, 1),
    names: fc.array(fc.constantFrom('own', 'other/name', 'third'), { minLength: 1, maxLength: 3 }),
    payloadBytes: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 300 }) }, fc.constant(17_000)),
    flags: fc.constantFrom(0, 1),
    newTick: fc.boolean(),
  });

  test('arrives whole and in order at every receiver, each with its own identifiers, frozen meanwhile or not [MQTT-3.3.1-3][MQTT-3.3.1-9]', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(reader, { minLength: 1, maxLength: 5 }),
        fc.array(message, { maxLength: 20 }),
        async (readers, messages) => {
          const tick = new Tick();
          const ends = readers.map(({ qos, freezesAt }) => {
            const socket = new Reader({ writableHighWaterMark: 512 });
            const outbox = new Outbox(socket, tick, 1_000_000);
            socket.on('drain', () => outbox.drained());
            return { qos, freezesAt, socket, outbox, id: 7 * Math.max(0, freezesAt), due: [] as string[] };
          });
          for (const [i, { qos, names, payloadBytes, flags, newTick }] of messages.entries()) {
            const payload = Buffer.alloc(payloadBytes, i);
            const packet = received('own', payload, qos, flags);
            const outgoing = new OutgoingMessage(
              tick,
              packet,
              packet.length - payloadBytes,
              packet.length,
              qos,
              false,
            );
            outgoing.offerReceived(0, name('own'), 3);
            for (const to of names) {
              outgoing.addressTo(name(to));
              for (const end of ends) {
                if (end.freezesAt === i) end.socket.isFrozen = true;
                const lower = Math.min(qos, end.qos) as Qos;
                if (lower === 0) outgoing.appendAtQos0(end.outbox);
                else outgoing.appendAtQos1(end.outbox, ++end.id);
                end.due.push(expected(to, payload, lower, end.id));
              }
            }
            if (newTick) await yieldToEventLoop();
          }
          await yieldToEventLoop();
          for (const { socket, due } of ends) {
            socket.thaw();
            if (socket.writableNeedDrain) await once(socket, 'drain');
            await yieldToEventLoop();
            expect(packetsOf(socket.received)).toEqual(due);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('that came with a length longer than necessary goes out with the shortest', async () => {
    const tick = new Tick();
    const socket = new Reader();
    const outbox = new Outbox(socket, tick, 1_000);
    const packet = Buffer.from([0x30, 0x84, 0, 0, 1, 0x74, 0x78]);
    const outgoing = new OutgoingMessage(tick, packet, 6, 7, 0, false);
    outgoing.offerReceived(0, name('t'), 1);
    outgoing.addressTo(name('t'));
    outgoing.appendAtQos0(outbox);
    await yieldToEventLoop();
    expect(socket.received.toString('hex')).toBe('3004000174' + '78');
  });
});

describe('an outbox', () => {
  test('writes once a tick, however much was appended', async () => {
    const tick = new Tick();
    const socket = new Reader();
    const outbox = new Outbox(socket, tick, 1_000_000);
    const arena = tick.messages;
    const packets = ['one', 'two', 'three'].map((text) => {
      const at = arena.reserve(text.length);
      arena.buffer.write(text, at);
      return { at, end: at + text.length };
    });
    for (const { at, end } of packets) outbox.append(arena.buffer, at, end);
    outbox.append(Buffer.from('apart'), 0, 5);
    expect(socket.chunks).toHaveLength(0);
    await yieldToEventLoop();
    expect(socket.chunks.map(String)).toEqual(['onetwothreeapart']);
  });

  test('counts what waits in a socket that does not take it, and writes on when it drains', async () => {
    const tick = new Tick();
    const socket = new Reader({ writableHighWaterMark: 16 });
    const outbox = new Outbox(socket, tick, 1_000_000);
    socket.on('drain', () => outbox.drained());
    socket.isFrozen = true;
    outbox.append(Buffer.alloc(100, 1), 0, 100);
    await yieldToEventLoop();
    outbox.append(Buffer.alloc(50, 2), 0, 50);
    await yieldToEventLoop();
    expect([outbox.isBlocked, outbox.waitingBytes]).toEqual([true, 150]);
    socket.thaw();
    await yieldToEventLoop();
    expect([outbox.isBlocked, outbox.waitingBytes]).toEqual([false, 0]);
    expect(socket.received.length).toBe(150);
  });

  test('forgets what it is told to discard', async () => {
    const tick = new Tick();
    const socket = new Reader();
    const outbox = new Outbox(socket, tick, 1_000_000);
    outbox.append(Buffer.from('a'), 0, 1);
    outbox.close();
    await yieldToEventLoop();
    expect(socket.chunks).toHaveLength(0);
  });
});
