import { describe, expect, test } from 'vitest';
import { listen } from '../listen.ts';
import { connectMqtt, refusalOf } from './session.ts';
import { expectSilence } from './silence.ts';

const connack = (code = 0) => Buffer.from([0x20, 2, 0, code]);
const publishToA = (payload: string) =>
  Buffer.concat([Buffer.from([0x30, 3 + payload.length, 0, 1]), Buffer.from(`a${payload}`)]);

describe('a test session', () => {
  test.each([1, 4, 5])('tells with which code CONNECT was refused: %i', async (code) => {
    const port = await scripted(() => [connack(code)]);
    expect(await refusalOf({ port })).toBe(code);
  });

  test('takes an accepted CONNECT for no refusal', async () => {
    const port = await scripted(() => [connack()]);
    await expect(refusalOf({ port })).rejects.toThrow('accepted');
  });

  test('takes a close without CONNACK for no refusal', async () => {
    const port = await scripted(() => []);
    await expect(refusalOf({ port })).rejects.toThrow('closed before CONNACK');
  });

  test('gives the codes of SUBACK, refused filters included', async () => {
    const port = await scripted((packet) => {
      if (packet[0] === 0x10) return [connack()];
      return [Buffer.concat([Buffer.from([0x90, 4]), packet.subarray(2, 4), Buffer.from([0x80, 1])])];
    });
    const session = await connectMqtt({ port });
    expect(await session.subscribe(['a', 'b'])).toEqual([0x80, 1]);
  });

  test('fails a QoS 1 publish that is answered by a close', async () => {
    const port = await scripted((packet) => (packet[0] === 0x10 ? [connack()] : []));
    const session = await connectMqtt({ port });
    await expect(session.publish('a', 'x')).rejects.toThrow('closed before PUBLISH was answered');
    await session.expectClosed();
    expect(session.connected).toBe(false);
  });

  test('fails at once who waits for a message when the connection closes, once all that came was read', async () => {
    const port = await scripted((packet) => (packet[0] === 0x10 ? [connack(), publishToA('last')] : []));
    const session = await connectMqtt({ port });
    expect(String((await session.messages.next()).payload)).toBe('last');
    const waiting = expect(session.messages.next()).rejects.toThrow('closed before a message came');
    await expect(session.publish('a', 'x')).rejects.toThrow('closed');
    await waiting;
    await expect(session.messages.next()).rejects.toThrow('closed before a message came');
  });

  test('proves silence by a marker message, and fails when something came before it', async () => {
    let send: (packet: Buffer) => void = () => {};
    const port = await scripted((_packet, write) => {
      send = write;
      return [connack()];
    });
    const session = await connectMqtt({ port });
    await expectSilence(session, async (marker) => send(publishToA(marker)));
    send(publishToA('unwanted'));
    const check = expectSilence(session, async (marker) => send(publishToA(marker)));
    await expect(check).rejects.toThrow('the first message is the marker');
  });
});

/** A server that answers each chunk with what `answer` says, and closes when that is nothing. */
function scripted(answer: (packet: Buffer, write: (bytes: Buffer) => void) => Buffer[]): Promise<number> {
  return listen((socket) => {
    socket.on('data', (packet: Buffer) => {
      const answers = answer(packet, (bytes) => socket.write(bytes));
      if (answers.length === 0) socket.end();
      for (const bytes of answers) socket.write(bytes);
    });
  });
}
