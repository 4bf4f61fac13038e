import { describe, expect, test } from 'vitest';
import { listen } from '../listen.ts';
import { connectRaw } from './raw.ts';

describe('the raw client', () => {
  test('sends hex and compares what comes back, however it is cut', async () => {
    const port = await listen((socket) => socket.on('data', (bytes: Buffer) => socket.write(bytes)));
    const raw = await connectRaw({ port });
    raw.send('c0 00\n d0');
    raw.send(Buffer.from([0]));
    await raw.expectBytes('c000');
    await raw.expectBytes('d0 00');
  });

  test('fails on other bytes', async () => {
    const port = await listen((socket) => socket.write('x'));
    const raw = await connectRaw({ port });
    await expect(raw.expectBytes('79')).rejects.toThrow("expected '78' to be '79'");
  });

  test('fails when fewer bytes come than expected', async () => {
    const port = await listen((socket) => socket.end('x'));
    const raw = await connectRaw({ port });
    await expect(raw.expectBytes('7878')).rejects.toThrow("expected '78' to be '7878'");
  });

  test('takes a close for a close, and bytes before it for a failure', async () => {
    const silent = await connectRaw({ port: await listen((socket) => socket.end()) });
    await silent.expectClose();
    const reset = await connectRaw({
      port: await listen((socket) => socket.on('data', () => socket.resetAndDestroy())),
    });
    reset.send('00');
    await reset.expectClose();
    const talking = await connectRaw({ port: await listen((socket) => socket.end('x')) });
    await expect(talking.expectClose()).rejects.toThrow('bytes before the close');
  });

  test('fails when the connection stays open', async () => {
    const raw = await connectRaw({ port: await listen(() => {}) });
    await expect(raw.expectClose(1)).rejects.toThrow('nothing within 1 ms');
  });

  test('refuses what is no hex', async () => {
    const raw = await connectRaw({ port: await listen(() => {}) });
    expect(() => raw.send('c0 0')).toThrow('not hex');
  });
});
