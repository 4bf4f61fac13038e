import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FrameAssembler } from './frame-assembler.ts';
import { SocketCarrier, socketPath } from './socket-carrier.ts';

const [one, other] = ['1'.repeat(32), '2'.repeat(32)];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'iotcore-carrier-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function opened(at: string, incarnation: string) {
  const received: Buffer[] = [];
  const carrier = new SocketCarrier(at);
  await carrier.open(incarnation, (frame) => received.push(Buffer.from(frame)));
  onTestFinished(() => carrier.close());
  return { carrier, received };
}

test('frames of every size go from one to the other, in their order, while the socket connects and afterwards', async () => {
  const at = folder();
  const { carrier } = await opened(at, one);
  const { received } = await opened(at, other);
  const sizes = [1, 46, 70_000, 600_000, 2];
  const arrived = () => received.map(({ length }) => length);
  for (const size of sizes) carrier.send(other, Buffer.alloc(size, size));
  await expect.poll(arrived).toEqual(sizes);
  for (const size of sizes) carrier.send(other, Buffer.alloc(size, size));
  await expect.poll(arrived).toEqual([...sizes, ...sizes]);
  expect(received.every((frame) => frame.every((byte) => byte === frame[0]))).toBe(true);
});

test('more than the other has read waits, and arrives in order', async () => {
  const at = folder();
  const { carrier } = await opened(at, one);
  const { received } = await opened(at, other);
  carrier.send(other, Buffer.from('first'));
  await expect.poll(() => received.length).toBe(1);
  const frames = Array.from({ length: 2_000 }, (_, n) => Buffer.alloc(1_000 + n, n));
  for (const frame of frames) carrier.send(other, frame);
  await expect.poll(() => received.length).toBe(2_001);
  expect(received.slice(1).every((frame, n) => frame.equals(frames[n] as Buffer))).toBe(true);
});

test('what is sent to nobody is lost, and the next arrives once somebody is there', async () => {
  const at = folder();
  const { carrier } = await opened(at, one);
  carrier.send(other, Buffer.from('lost'));
  const { received } = await opened(at, other);
  await expect
    .poll(() => {
      carrier.send(other, Buffer.from('heard'));
      return received.map(String);
    })
    .toContain('heard');
});

test('a new incarnation has a socket of its own, and the one before hears nothing more', async () => {
  const at = folder();
  const { carrier } = await opened(at, one);
  const { carrier: there, received } = await opened(at, other);
  const next = '3'.repeat(32);
  const later: string[] = [];
  await there.open(next, (frame) => later.push(String(frame)));
  carrier.send(other, Buffer.from('too late'));
  await expect
    .poll(() => {
      carrier.send(next, Buffer.from('now'));
      return later;
    })
    .toContain('now');
  expect(received).toEqual([]);
});

test('a socket is its owner’s alone; whoever sends no frames there is cut off, and others are not', async () => {
  const at = folder();
  const { carrier } = await opened(at, one);
  const { received } = await opened(at, other);
  const path = socketPath(at, other);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const stranger = connect(path);
  const closed = new Promise((resolve) => stranger.once('close', resolve));
  stranger.write(Buffer.alloc(100, 0xff));
  await closed;
  carrier.send(other, Buffer.from('well'));
  await expect.poll(() => received.map(String)).toEqual(['well']);
});

test('frames that come a byte at a time are put together', () => {
  const frames: string[] = [];
  const assembler = new FrameAssembler(100, (frame) => frames.push(String(frame)));
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('abc'), Buffer.from([0, 0, 0, 0])]);
  for (const byte of bytes) expect(assembler.take(Buffer.from([byte]))).toBe(true);
  expect(frames).toEqual(['abc', '']);
  expect(assembler.take(Buffer.from([0, 0, 1, 0]))).toBe(false);
});

test('frames are found between other bytes, however they are cut', () => {
  const frames: string[] = [];
  const assembler = new FrameAssembler(100, (frame) => frames.push(String(frame)));
  const bytes = Buffer.concat([
    Buffer.from([0, 0, 0, 3]),
    Buffer.from('abc'),
    Buffer.from([0, 0, 0, 1, 0x64]),
  ]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const around = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]);
    expect(assembler.take(around, 6, 6 + cut)).toBe(true);
    expect(assembler.take(around, 6 + cut, 6 + bytes.length)).toBe(true);
  }
  expect(frames.join(' ')).toBe(
    Array(bytes.length + 1)
      .fill('abc d')
      .join(' '),
  );
});
