import { connect, type Socket } from 'node:net';
import { puback, publish } from '../testing/packets.ts';

/** A message without receivers: its acknowledgement shows that the packets before it have been handled. */
const behind = publish('$s/behind', '', 65_535);
const behindDone = 'PUBACK 65535';

/**
 * A client that writes down what it gets, packet by packet, in words that do not depend on the broker: identifiers that
 * the broker chooses are left out.
 */
export class Scribe {
  readonly #socket: Socket;
  #input = Buffer.alloc(0);
  #lines: string[] = [];
  #isClosed = false;
  #wake: () => void = () => {};

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#input = Buffer.concat([this.#input, chunk]);
      this.#readPackets();
      this.#wake();
    });
    this.#socket.on('error', () => {});
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(bytes: Buffer): void {
    if (!this.#isClosed) this.#socket.write(bytes);
  }

  /** What has come since the last time, once everything that was sent has been dealt with, or the connection is closed. */
  async settle(): Promise<string[]> {
    this.send(behind);
    while (!this.#isClosed && !this.#lines.includes(behindDone)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const lines = this.#lines.filter((line) => line !== behindDone);
    this.#lines = [];
    return this.#isClosed ? [...lines, 'closed'] : lines;
  }

  close(): void {
    this.#socket.destroy();
  }

  #readPackets(): void {
    for (;;) {
      let [at, length, scale] = [1, 0, 1];
      let byte: number | undefined;
      do {
        byte = this.#input[at++];
        if (byte === undefined) return;
        length += (byte & 127) * scale;
        scale *= 128;
      } while (byte >= 128);
      if (this.#input.length < at + length) return;
      this.#note(this.#input[0] as number, this.#input.subarray(at, at + length));
      this.#input = this.#input.subarray(at + length);
    }
  }

  #note(first: number, body: Buffer): void {
    if (first >> 4 === 3) this.#notePublish(first, body);
    else this.#lines.push(inWords(first, body));
  }

  #notePublish(first: number, body: Buffer): void {
    const topicEnd = 2 + body.readUInt16BE();
    const qos = (first >> 1) & 3;
    if (qos > 0) this.send(puback(body.readUInt16BE(topicEnd)));
    const payload = body.toString('utf8', topicEnd + (qos > 0 ? 2 : 0));
    this.#lines.push(
      `PUBLISH ${body.toString('utf8', 2, topicEnd)} "${payload}" qos ${qos} retain ${first & 1}`,
    );
  }
}

function inWords(first: number, body: Buffer): string {
  switch (first >> 4) {
    case 2:
      return `CONNACK ${body.toString('hex')}`;
    case 4:
      return `PUBACK ${body.readUInt16BE()}`;
    case 9:
      return `SUBACK ${body.readUInt16BE()} ${[...body.subarray(2)]}`;
    case 11:
      return `UNSUBACK ${body.readUInt16BE()}`;
    case 13:
      return 'PINGRESP';
    default:
      return `packet ${first.toString(16)}`;
  }
}
