/**
 * Plain TCP sockets that are read without the machinery of a readable stream. For each read, Node otherwise allocates
 * 64 KiB, shrinks them to what came, makes an ArrayBuffer of it and takes it through the stream's queue: a sixth of all that a
 * message costs which comes alone (docs/benchmarks.md). Here every socket reads into one buffer
 * (https://nodejs.org/api/net.html#new-netsocketoptions, `onread`), and what came is copied to a slab that many reads share.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';

/** What the kernel hands over in one read at most; the same as without this. */
const readBytes = 65_536;
/** Whoever keeps a chunk keeps its slab alive, so a slab is no larger than what one read could keep alive before. */
const slabBytes = 65_536;
/** A read of this size gets memory of its own. */
const largeReadBytes = 16_384;

const readBuffer = Buffer.allocUnsafeSlow(readBytes);
let slab = Buffer.allocUnsafeSlow(slabBytes);
let slabUsed = 0;

/**
 * A socket in the place of `accepted`, on the same connection. It emits `data` as any other does, but only that way: it
 * cannot be piped or iterated over. `accepted` is of no use afterwards; it closes when its successor does.
 *
 * @param accepted by a server with `pauseOnConnect`. Returned as it is if it has been read from, or is gone already.
 */
export function withDirectReads(accepted: Socket): Socket {
  const holder = accepted as Socket & { _handle: unknown };
  const handle = holder._handle;
  if (!handle || accepted.bytesRead > 0) return accepted;
  const options: unknown = { handle, onread: { buffer: readBuffer, callback: take } };
  const socket = new Socket(options as SocketConstructorOpts);
  holder._handle = null;
  socket.once('close', () => accepted.destroy());
  return socket;

  function take(bytes: number): boolean {
    socket.emit('data', keep(bytes));
    return true;
  }
}

/** A copy of the first bytes of the buffer that is read into. */
function keep(bytes: number): Buffer {
  if (bytes >= largeReadBytes) return Buffer.from(readBuffer.subarray(0, bytes));
  if (slabUsed + bytes > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    slabUsed = 0;
  }
  const start = slabUsed;
  slabUsed += bytes;
  readBuffer.copy(slab, start, 0, bytes);
  return slab.subarray(start, slabUsed);
}
