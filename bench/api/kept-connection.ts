import { connect, type Socket } from 'node:net';

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * One connection of HTTP/1.1 that is kept, for one call at a time. It knows no more of HTTP than the API's answers need (each
 * says its length), and so costs a fraction of Node's own client: it is the API that is measured.
 */
export class KeptConnection {
  readonly #socket: Socket;
  #pieces: Buffer[] = [];
  #status = 0;
  /** Bytes of the body that are still to come; undefined within the head. */
  #left: number | undefined;
  #answered: PromiseWithResolvers<Answer> | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay();
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error) => this.#answered?.reject(error));
    this.#socket.on('close', () => this.#answered?.reject(new Error('the API closed the connection')));
  }

  /** The API closes a connection on which nothing comes for a minute. */
  get isOpen(): boolean {
    return this.#socket.writable;
  }

  /** `request`: all of it. */
  call(request: string): Promise<Answer> {
    this.#answered = Promise.withResolvers();
    this.#socket.write(request);
    return this.#answered.promise;
  }

  close(): void {
    this.#answered = undefined;
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    this.#pieces.push(bytes);
    if (this.#left === undefined) this.#readHead();
    else this.#left -= bytes.length;
    if (this.#left === 0) this.#finish();
  }

  #readHead(): void {
    const all = Buffer.concat(this.#pieces);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1) return;
    const head = all.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`an answer does not say its length: ${head}`);
    this.#status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
    const body = all.subarray(end + 4);
    this.#pieces = [body];
    this.#left = Number(length) - body.length;
  }

  #finish(): void {
    const body = Buffer.concat(this.#pieces).toString();
    const answered = this.#answered;
    [this.#pieces, this.#left, this.#answered] = [[], undefined, undefined];
    answered?.resolve({ status: this.#status, body });
  }
}
