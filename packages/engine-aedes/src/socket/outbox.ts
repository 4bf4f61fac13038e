import type { Duplex } from 'node:stream';

/** From here on, copying a buffer costs more than handing it to the socket by itself. */
const joinBelowBytes = 4096;

/**
 * What goes out on one connection. All that is written within a tick of the event loop leaves in one write of the
 * socket, since system calls are what a server spends most on.
 */
export class Outbox {
  readonly #socket: Duplex;
  readonly #drained: () => void;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;

  /** `drained` is called each time that the socket took what it had been given. */
  constructor(socket: Duplex, drained: () => void) {
    this.#socket = socket;
    this.#drained = drained;
  }

  /** Bytes that the peer's kernel has not taken yet. */
  get waitingBytes(): number {
    return this.#gatheredBytes + this.#socket.writableLength;
  }

  write(buffers: readonly Buffer[]): void {
    if (this.#gathered.length === 0) setImmediate(() => this.flush());
    for (const buffer of buffers) {
      if (buffer.length === 0) continue;
      this.#gathered.push(buffer);
      this.#gatheredBytes += buffer.length;
    }
  }

  flush(): void {
    const buffers = joinSmall(this.#gathered);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    const last = buffers.pop();
    if (!last || !this.#socket.writable) return;
    this.#socket.cork();
    for (const buffer of buffers) this.#socket.write(buffer);
    this.#socket.write(last, this.#drained);
    this.#socket.uncork();
  }

  /** Sends what is left, then closes our side. */
  end(): void {
    this.flush();
    this.#socket.end();
  }
}

function joinSmall(buffers: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  let run: Buffer[] = [];
  for (const buffer of buffers) {
    if (buffer.length < joinBelowBytes) {
      run.push(buffer);
      continue;
    }
    if (run.length > 0) joined.push(Buffer.concat(run));
    run = [];
    joined.push(buffer);
  }
  if (run.length > 0) joined.push(Buffer.concat(run));
  return joined;
}
