import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to the bytes of one direction. Read anew for each chunk, so that it can change while bytes flow. */
export interface Link {
  /** Each byte arrives so much later, ms. A function draws it anew for each chunk; order is kept. */
  readonly delayMs: number | (() => number);
  /** Infinity: no throttle. */
  readonly bytesPerSecond: number;
  /** Nothing passes, and nobody is told: as a cable that was pulled. What came meanwhile passes afterwards. */
  readonly stalled: boolean;
  /** The connection is reset once so many bytes have passed. Infinity: never. */
  readonly cutAfterBytes: number;
  /** This direction is ended (FIN) once so many bytes have passed, while the other one stays. Infinity: never. */
  readonly endAfterBytes: number;
}

export const perfectLink: Link = {
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  stalled: false,
  cutAfterBytes: Number.POSITIVE_INFINITY,
  endAfterBytes: Number.POSITIVE_INFINITY,
};

/** Under way at most; beyond, the sender is held back as by a full network. */
const mostHeldBytes = 256 * 1024;
/** A throttled link passes this much at a time at most, so that the rate is even, ms worth of bytes. */
const throttleStepMs = 50;

/** One direction of a connection through the proxy. */
export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #link: () => Link;
  readonly #cut: () => void;
  #held: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
  #heldBytes = 0;
  #lastDueAt = 0;
  #passed = 0;
  #ended = false;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(from: Socket, to: Socket, link: () => Link, cut: () => void) {
    this.#from = from;
    this.#to = to;
    this.#link = link;
    this.#cut = cut;
    from.on('data', (bytes: Buffer) => this.#hold(bytes));
    from.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    to.on('drain', () => this.#wake());
    for (const socket of [from, to]) {
      socket.on('close', () => {
        this.#closed = true;
        this.#wake();
      });
    }
    void this.#run();
  }

  /** Bytes that came through so far. */
  get passed(): number {
    return this.#passed;
  }

  /** The link has changed. */
  changed(): void {
    this.#wake();
  }

  #hold(bytes: Buffer): void {
    const { delayMs } = this.#link();
    const delay = typeof delayMs === 'number' ? delayMs : delayMs();
    this.#lastDueAt = Math.max(this.#lastDueAt, performance.now() + delay);
    this.#held.push({ bytes, dueAt: this.#lastDueAt });
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > mostHeldBytes) this.#from.pause();
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const first = this.#held[0];
      const waitMs = first ? first.dueAt - performance.now() : Number.POSITIVE_INFINITY;
      if (this.#link().stalled) await this.#woken();
      else if (first && waitMs <= 0 && !this.#to.writableNeedDrain) await this.#pass();
      else if (first && waitMs > 0) await this.#woken(waitMs);
      else if (!first && this.#ended) return void this.#to.end();
      else await this.#woken();
    }
  }

  /** Passes on what the link lets through of what is held first. */
  async #pass(): Promise<void> {
    const { bytesPerSecond, cutAfterBytes, endAfterBytes } = this.#link();
    const first = this.#held.shift();
    if (!first) return;
    const left = Math.max(0, Math.min(cutAfterBytes, endAfterBytes) - this.#passed);
    const step = Math.max(1, Math.floor((bytesPerSecond * throttleStepMs) / 1000));
    const bytes = first.bytes.subarray(0, Math.min(left, step));
    const rest = first.bytes.subarray(bytes.length);
    if (rest.length > 0) this.#held.unshift({ bytes: rest, dueAt: first.dueAt });
    this.#heldBytes -= bytes.length;
    this.#passed += bytes.length;
    if (this.#heldBytes <= mostHeldBytes) this.#from.resume();
    if (bytes.length > 0) this.#to.write(bytes);
    if (this.#passed >= cutAfterBytes) {
      this.#closed = true;
      return this.#cut();
    }
    if (this.#passed >= endAfterBytes) return this.#end();
    if (bytesPerSecond < Number.POSITIVE_INFINITY) await sleep((bytes.length / bytesPerSecond) * 1000);
  }

  /** Ends this direction for good; whatever else comes is thrown away. */
  #end(): void {
    this.#to.end();
    this.#closed = true;
    this.#held = [];
    this.#from.removeAllListeners('data');
    this.#from.resume();
  }

  #woken(ms?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
