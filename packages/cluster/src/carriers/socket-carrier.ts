/**
 * Carries frames between processes of one machine, over Unix sockets in a folder that only its owner may enter. Each
 * incarnation listens on a socket with its name; a sender connects to it, and sends frames with their length in front. Frames
 * that cannot be sent are lost: the links send them again.
 */
import { chmod, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { DirectSocket, toDirectSocket } from '@iotcore/engine/native';
import { maxReceivedBytes } from '../frames/frame.ts';
import type { Carrier } from './carrier.ts';
import { FrameAssembler } from './frame-assembler.ts';

/** After a connection failed the other is not tried for so long, in ms. */
const pauseMs = 100;
/**
 * The most that waits in one socket; further frames are lost. Links bound their unacknowledged bytes, so only repeated frames
 * reach this.
 */
const maxWaitingBytes = 128 * 1024 * 1024;
/** Up to this size a frame is copied behind its length, so that both go out in one write. */
const copiedBytes = 16_384;
const headBytes = 4;
/** Where the next such frame is put together: it has gone out, or has been copied, before there is another. */
const copy = Buffer.allocUnsafeSlow(headBytes + copiedBytes);

/** Where an incarnation listens. 16 of its 32 digits are enough to tell it from others. */
export function socketPath(folder: string, incarnation: string): string {
  return join(folder, `${incarnation.slice(0, 16)}.sock`);
}

export class SocketCarrier implements Carrier {
  readonly #folder: string;
  readonly #outgoing = new Map<string, Socket>();
  readonly #incoming = new Set<Socket>();
  /** Incarnations to which connecting has just failed; entries that are over are removed. */
  readonly #pausedUntilMs = new Map<string, number>();
  #server: Server | undefined;
  #path: string | undefined;

  /** `folder` exists, and is its owner's alone. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get isConnected(): boolean {
    return this.#server?.listening ?? false;
  }

  async open(own: string, received: (frame: Buffer) => void): Promise<void> {
    await this.#stopListening();
    const path = socketPath(this.#folder, own);
    const server = createServer({ pauseOnConnect: true }, (socket) =>
      this.#accept(toDirectSocket(socket), received),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    server.unref();
    server.on('error', () => {});
    await chmod(path, 0o600);
    this.#server = server;
    this.#path = path;
  }

  send(to: string, frame: Buffer): void {
    const socket = this.#socketTo(to);
    if (!socket || socket.writableLength > maxWaitingBytes) return;
    const { length } = frame;
    if (socket instanceof DirectSocket && length <= copiedBytes) {
      copy.writeUInt32BE(length);
      copy.set(frame, headBytes);
      socket.send(copy, 0, headBytes + length);
      return;
    }
    const head = Buffer.allocUnsafe(headBytes);
    head.writeUInt32BE(length);
    socket.cork();
    socket.write(head);
    socket.write(frame);
    socket.uncork();
  }

  async close(): Promise<void> {
    for (const socket of this.#outgoing.values()) socket.destroy();
    this.#outgoing.clear();
    await this.#stopListening();
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#incoming) socket.destroy();
    this.#incoming.clear();
    if (!server) return;
    await new Promise<void>((resolve) => server.close(() => resolve()));
    if (this.#path !== undefined) await rm(this.#path, { force: true });
  }

  #accept(socket: Socket, received: (frame: Buffer) => void): void {
    const assembler = new FrameAssembler(maxReceivedBytes, received);
    this.#incoming.add(socket);
    socket.unref();
    if (socket instanceof DirectSocket) {
      socket.reader = (bytes, start, end) => {
        if (!assembler.take(bytes, start, end)) socket.destroy();
      };
    }
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#incoming.delete(socket));
    socket.resume();
  }

  /** What goes out before a socket is connected waits in its stream; once that is empty, a socket without streams takes over. */
  #socketTo(to: string): Socket | undefined {
    const socket = this.#outgoing.get(to);
    if (socket === undefined) return this.#connect(to);
    if (socket instanceof DirectSocket || socket.connecting || socket.writableLength > 0) return socket;
    return this.#keep(to, toDirectSocket(socket)).resume();
  }

  #connect(to: string): Socket | undefined {
    if ((this.#pausedUntilMs.get(to) ?? 0) > performance.now()) return undefined;
    return this.#keep(to, createConnection(socketPath(this.#folder, to)));
  }

  #keep(to: string, socket: Socket): Socket {
    this.#outgoing.set(to, socket);
    socket.unref();
    socket.on('error', () => this.#pause(to));
    socket.on('close', () => {
      if (this.#outgoing.get(to) === socket) this.#outgoing.delete(to);
    });
    return socket;
  }

  #pause(to: string): void {
    const nowMs = performance.now();
    for (const [other, untilMs] of this.#pausedUntilMs)
      if (untilMs <= nowMs) this.#pausedUntilMs.delete(other);
    this.#pausedUntilMs.set(to, nowMs + pauseMs);
  }
}
