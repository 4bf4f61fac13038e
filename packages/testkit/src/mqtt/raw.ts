import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished } from 'vitest';
import { patienceMs, within } from '../deadline.ts';
import { trusting } from './trust.ts';

export interface RawOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** TLS, trusting this authority; absent: plain TCP. */
  readonly caPem?: string;
  readonly certificate?: { readonly certPem: string; readonly keyPem: string };
  /** Which address of this machine to come from. */
  readonly localAddress?: string;
}

/** Bytes over a socket: says exactly what it is told, and compares exactly what comes back. */
export class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // A reset is as good a close as a FIN.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    // A half-closed server would otherwise keep the socket open for ever.
    socket.on('end', () => socket.destroy());
  }

  /** How many bytes came that nobody has read yet. */
  get received(): number {
    return this.#received.length;
  }

  /** Sends bytes, or hex digits (white space is ignored). */
  send(bytes: Buffer | string): void {
    this.socket.write(typeof bytes === 'string' ? fromHex(bytes) : bytes);
  }

  /** Waits for as many bytes as are given here, and compares them. */
  async expectBytes(hexOrBytes: string | Buffer): Promise<void> {
    const wanted = typeof hexOrBytes === 'string' ? fromHex(hexOrBytes) : hexOrBytes;
    const got = await this.read(wanted.length);
    expect(got.toString('hex')).toBe(wanted.toString('hex'));
  }

  /** Waits for `count` bytes; returns fewer only when the connection ends before. */
  async read(count: number): Promise<Buffer> {
    await this.#until(() => this.#received.length >= count || this.#ended, `${count} bytes`);
    const taken = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(taken.length);
    return taken;
  }

  /** Waits until the server closes; whatever it sends before fails the test. */
  async expectClose(ms = patienceMs): Promise<void> {
    await this.#until(() => this.#ended, 'the server to close the connection', ms);
    expect(this.#received.toString('hex'), 'bytes before the close').toBe('');
  }

  /** Closes our side. */
  close(): void {
    this.socket.destroy();
  }

  async #until(done: () => boolean, what: string, ms = patienceMs): Promise<void> {
    const reached = new Promise<void>((resolve) => {
      this.#wake = () => {
        if (done()) resolve();
      };
      this.#wake();
    });
    await within(reached, `${what} (so far: ${this.#received.toString('hex') || 'none'})`, ms);
  }
}

/** Opens a socket (and does the TLS handshake); closed at the end of the test. */
export function connectRaw(options: RawOptions): Promise<RawClient> {
  return openRaw(options, (socket) => onTestFinished(() => void socket.destroy()));
}

/** The same; `opening` is told of the socket at once, and the caller closes it. */
export async function openRaw(
  options: RawOptions,
  opening: (socket: Socket) => void = () => {},
): Promise<RawClient> {
  const host = options.host ?? '127.0.0.1';
  const tls = options.caPem !== undefined;
  const { port, localAddress } = options;
  const socket = options.caPem
    ? connectTls({
        host,
        port,
        ...(localAddress === undefined ? {} : { localAddress }),
        ...(options.certificate
          ? { ca: options.caPem, cert: options.certificate.certPem, key: options.certificate.keyPem }
          : { secureContext: trusting(options.caPem) }),
      })
    : connectTcp({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
  opening(socket);
  const opened = new Promise<void>((resolve, reject) => {
    socket.once(tls ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  const client = new RawClient(socket);
  await within(opened, `a connection to port ${options.port}`);
  return client;
}

function fromHex(text: string): Buffer {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`not hex: ${text}`);
  return Buffer.from(digits, 'hex');
}
