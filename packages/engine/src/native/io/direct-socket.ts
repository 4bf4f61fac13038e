/**
 * Plain TCP sockets without the machinery of Node's streams, where that can be left out. For each read, Node otherwise
 * allocates 64 KiB, shrinks them to what came, makes an ArrayBuffer of it and takes it through the stream's queue; for each
 * write it makes a request and takes it through another queue: a fifth of all that a message costs which comes alone
 * (docs/benchmarks.md).
 *
 * - Every socket reads into one buffer (https://nodejs.org/api/net.html#new-netsocketoptions, `onread`), and what came is
 *   copied to a slab that reads share until it is full.
 * - What is sent while nothing waits to be sent is offered to the kernel at once; only what it does not take goes through
 *   the stream.
 */
import { writeSync, writevSync } from 'node:fs';
import { Socket, type SocketConstructorOpts } from 'node:net';

/** What the kernel hands over in one read at most; the same as without this. */
const readBytes = 65_536;
/**
 * A reader that keeps a chunk keeps its slab alive, so a slab is no larger than what one read could keep alive before. Large reads fill it
 * too: while they had memory of their own, the slab of small ones outlived the young generation in a flood.
 */
const slabBytes = 65_536;

/** So much may wait for the kernel before the socket counts as blocked: it is no slower for it, and a client that does not read holds less. */
const mostWaitingBytes = 16_384;

const readBuffer = Buffer.allocUnsafeSlow(readBytes);
let slab = Buffer.allocUnsafeSlow(slabBytes);
let slabUsed = 0;

/** Takes bytes [start, end), which stay as they are. */
export type Reader = (bytes: Buffer, start: number, end: number) => void;

/** What Node keeps of a socket for itself, as far as it is needed here. */
interface Handle {
  /** Absent or negative where there are no file descriptors. */
  readonly fd?: number;
  /** What Node believes of it; false: the next owner begins to read. */
  reading: boolean;
  readStop(): unknown;
}

/** A socket that hands what it reads to one reader, or emits `data`. It cannot be piped or iterated over. */
export class DirectSocket extends Socket {
  reader: Reader | undefined;
  /**
   * Called, perhaps more than once, when the client has ended its side and all that it sent has been handed over; the stream then emits
   * no `end`. Thousands of clients may end in one moment, and nobody else is served until each has been noted: this is a fraction
   * of what Node does with the end of a stream.
   */
  ended: (() => void) | undefined;
  /** Node sets it to null when it closes the descriptor. */
  declare readonly _handle: Handle | null;
  readonly #fd: number;
  /** Undefined while the constructor of Node's socket runs, which reads already. */
  declare private isEnded: boolean | undefined;
  private constructor(handle: Handle, onRead: (bytes: number) => boolean) {
    const onread = { buffer: readBuffer, callback: onRead };
    const options: unknown = { handle, onread, writableHighWaterMark: mostWaitingBytes };
    super(options as SocketConstructorOpts);
    this.#fd = handle.fd ?? -1;
  }

  /** The handle of a socket, which must have no other owner from now on. `before`: what was read from it, and is handed over first. */
  static over(handle: Handle, before: Buffer | null): DirectSocket {
    const socket: DirectSocket = new DirectSocket(handle, (bytes) => socket.#take(bytes));
    // The new owner of the socket has named its reader by then, and nothing has been read yet.
    if (before) queueMicrotask(() => socket.#handOver(before, 0, before.length));
    return socket;
  }

  /**
   * Writes bytes [start, end) at once if it can. False: some of them wait, and `drain` follows. They are copied: the rest of a packet would keep the
   * memory alive that it shares with others, for as long as the client does not read. Output for a client that has closed its side is
   * thrown away: what the client sent before can still be read, and reading tells how the connection ended.
   */
  send(bytes: Buffer, start: number, end: number): boolean {
    const next = this.#isFree ? start + offer(this.#fd, bytes, start, end) : start;
    return next === end || this.write(Buffer.from(bytes.subarray(next, end)));
  }

  /** The same for two pieces, one after the other. */
  sendBoth(first: Buffer, second: Buffer): boolean {
    const bytes = first.length + second.length;
    const sent = this.#isFree ? offerBoth(this.#fd, first, second) : 0;
    const rest = () => [first.subarray(sent), second.subarray(Math.max(0, sent - first.length))];
    return sent === bytes || this.write(Buffer.concat(rest()));
  }

  get #isFree(): boolean {
    return this.#fd >= 0 && this._handle !== null && this.writableLength === 0 && !this.writableEnded;
  }

  /** Node pushes nothing but the end: what was read goes to `onread`. */
  override push(chunk: unknown): boolean {
    if (this.ended === undefined || chunk !== null) return super.push(chunk);
    this.isEnded = true;
    this.ended();
    return false;
  }

  /** Node looks for more right after the end. */
  override read(size?: number): unknown {
    return this.isEnded ? null : super.read(size);
  }

  /** Closes a connection whose client has ended its side, once all that was written has left. Nothing is unread, so the client sees no reset. */
  closeEnded(): void {
    if (this.writableLength === 0) this.destroy();
    else this.destroySoon();
  }

  get hasEnded(): boolean {
    return this.isEnded === true;
  }

  #take(bytes: number): boolean {
    const start = keep(bytes);
    this.#handOver(slab, start, start + bytes);
    return true;
  }

  #handOver(bytes: Buffer, start: number, end: number): void {
    const { reader } = this;
    // Destroyed. To ask `destroyed` would touch two more objects of the stream for each read, which are not in the processor's cache.
    if (this._handle === null) return;
    if (reader === undefined) this.emit('data', bytes.subarray(start, end));
    else reader(bytes, start, end);
  }
}

/**
 * A socket in the place of `accepted`, on the same connection. `accepted` is of no use afterwards; it closes when its
 * successor does.
 *
 * @param accepted by a server with `pauseOnConnect`; what was read from it since, and is left, is read first. Returned as it is
 *   if it is gone already.
 */
export function toDirectSocket(accepted: Socket): Socket {
  const holder = accepted as Socket & { _handle: Handle | null };
  const handle = holder._handle;
  if (!handle) return accepted;
  const before: Buffer | null = accepted.read();
  handle.readStop();
  handle.reading = false;
  const socket = DirectSocket.over(handle, before);
  holder._handle = null;
  socket.once('close', () => accepted.destroy());
  return socket;
}

/** How much of it the kernel took, or never will. Other errors are left to the stream to find again, and to tell. */
function offer(fd: number, bytes: Buffer, start: number, end: number): number {
  try {
    return writeSync(fd, bytes, start, end - start);
  } catch (error) {
    return isClosedByPeer(error) ? end - start : 0;
  }
}

function offerBoth(fd: number, first: Buffer, second: Buffer): number {
  try {
    return writevSync(fd, [first, second]);
  } catch (error) {
    return isClosedByPeer(error) ? first.length + second.length : 0;
  }
}

function isClosedByPeer(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ECONNRESET';
}

/** Copies the first bytes of the buffer that is read into to the slab; returns where they begin there. */
function keep(bytes: number): number {
  if (slabUsed + bytes > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    slabUsed = 0;
  }
  const start = slabUsed;
  slabUsed += bytes;
  readBuffer.copy(slab, start, 0, bytes);
  return start;
}
