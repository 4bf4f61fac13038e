import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** As much of an MQTT client as warming up needs: QoS 1, one message after the other, packets below 128 bytes. */
export class WarmUpClient {
  readonly id: string;
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #answered: ((packet: Buffer) => void) | undefined;

  private constructor(id: string, socket: Socket) {
    this.id = id;
    this.#socket = socket;
    socket.on('data', (bytes) => this.#take(bytes));
    // What waits for an answer is told when the connection is over, not here.
    socket.on('error', () => {});
  }

  /** Logs in by ID and password. Rejects if the connection ends instead, or once the signal aborts. */
  static async connect(
    port: number,
    id: string,
    password: string,
    signal: AbortSignal,
  ): Promise<WarmUpClient> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, signal });
    await once(socket, 'connect');
    const client = new WarmUpClient(id, socket);
    // User name, password, clean session; no keep alive.
    await client.#ask(
      0x10,
      Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0xc2, 0, 0]),
      text(id),
      text(id),
      text(password),
    );
    return client;
  }

  subscribe(filter: string): Promise<Buffer> {
    return this.#ask(0x82, packetId, text(filter), Buffer.from([1]));
  }

  publish(topic: string): Promise<Buffer> {
    return this.#ask(0x32, text(topic), packetId, payload);
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(firstByte: number, ...parts: readonly Buffer[]): Promise<Buffer> {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const ended = () => reject(new Error('the connection ended'));
    this.#answered = resolve;
    if (this.#socket.destroyed) ended();
    this.#socket.once('close', ended);
    this.#send(firstByte, parts);
    try {
      return await promise;
    } finally {
      this.#socket.off('close', ended);
    }
  }

  #send(firstByte: number, parts: readonly Buffer[]): void {
    const body = Buffer.concat(parts);
    this.#socket.write(Buffer.concat([Buffer.from([firstByte, body.length]), body]));
  }

  #take(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const end = 2 + (this.#received[1] ?? Number.POSITIVE_INFINITY);
      if (this.#received.length < end) return;
      const packet = this.#received.subarray(0, end);
      this.#received = this.#received.subarray(end);
      if ((packet[0] ?? 0) >> 4 === 3) this.#acknowledge(packet);
      else this.#answered?.(packet);
    }
  }

  #acknowledge(publish: Buffer): void {
    const at = 4 + publish.readUInt16BE(2);
    if (((publish[0] ?? 0) & 0x06) !== 0) this.#send(0x40, [publish.subarray(at, at + 2)]);
  }
}

const packetId = Buffer.from([0, 1]);
const payload = Buffer.alloc(32, 'x');

/** A string as MQTT writes it, with its length before it. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([0, bytes.length]), bytes]);
}
