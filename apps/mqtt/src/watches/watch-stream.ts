/**
 * What one watch is sent: lines of an event and its data in JSON. It never slows who publishes: beyond its rate or its bytes
 * it drops, counts, and tells how many it dropped.
 */
import { Readable } from 'node:stream';
import { TokenBucket } from '@iotcore/process';

/** Bytes that wait for the reader. */
const maxWaitingBytes = 256 * 1024;
/** Events a second: more than anybody reads. */
const rate = { perSecond: 500, burst: 500 };
/** Handed to the socket at a time, beside what waits. */
const highWaterMark = 16 * 1024;
/** Events that come within this time go to the socket together: a write each would cost more than all else that a watch does. */
const gatherMs = 50;
const tickMs = 1000;
/** So that the reader knows that the process is alive. */
const pingTicks = 5;

export class WatchStream extends Readable {
  readonly #bucket = new TokenBucket();
  readonly #waiting: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;
  #gathering: NodeJS.Timeout | undefined;
  #waitingBytes = 0;
  #dropped = 0;
  #isWanted = false;
  #ticks = 0;

  constructor() {
    super({ highWaterMark });
    this.#timer = setInterval(() => this.#tick(), tickMs).unref();
    this.push(lineOf('open', {}));
  }

  /** `data` is asked for only if there is room for an event. */
  offer(event: string, data: () => object): void {
    if (this.#waitingBytes >= maxWaitingBytes || this.#bucket.take(rate, performance.now()) > 0) {
      this.#dropped++;
      return;
    }
    const line = lineOf(event, data());
    if (this.#waitingBytes + line.length > maxWaitingBytes) this.#dropped++;
    else this.#add(line);
  }

  override _read(): void {
    this.#isWanted = true;
    if (this.#gathering === undefined) this.#flush();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#timer);
    clearTimeout(this.#gathering);
    done(error);
  }

  #add(line: Buffer): void {
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#flush();
    }, gatherMs);
  }

  #flush(): void {
    while (this.#isWanted && this.#waiting.length > 0) this.#isWanted = this.push(this.#take());
  }

  /** The next lines, as many as the socket has room for, and at least one. */
  #take(): Buffer {
    const room = highWaterMark - this.readableLength;
    let lines = 0;
    let bytes = 0;
    for (const { length } of this.#waiting) {
      if (lines > 0 && bytes + length > room) break;
      lines++;
      bytes += length;
    }
    this.#waitingBytes -= bytes;
    return Buffer.concat(this.#waiting.splice(0, lines), bytes);
  }

  #tick(): void {
    this.#ticks++;
    if (this.#dropped > 0) {
      const line = lineOf('dropped', { count: this.#dropped });
      if (this.#waitingBytes + line.length <= maxWaitingBytes) {
        this.#dropped = 0;
        this.#add(line);
      }
    } else if (this.#ticks % pingTicks === 0 && this.#waiting.length === 0) this.#add(lineOf('ping', {}));
  }
}

function lineOf(event: string, data: object): Buffer {
  return Buffer.from(`${event} ${JSON.stringify(data)}\n`);
}
