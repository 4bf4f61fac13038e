import { Duplex } from 'node:stream';

/** The object at our end of a conduit. */
export interface ConduitListener {
  /** aedes has dealt with what it got, and asks for the next packet. Called inside aedes: answer later, not at once. */
  wanted(): void;
  /** aedes wrote whole packets, each as a run of buffers. */
  wrote(chunks: Buffer[]): void;
  /** aedes closed the connection; `error` is its reason, if it had one. */
  closedByAedes(error: Error | null): void;
}

/**
 * The stream that aedes has for a connection. It reads one packet at a time, because aedes starts all packets of a read
 * at once, and their order would be lost as soon as one of them waits for an answer of the host: in object mode with no
 * buffer, `read` comes here exactly when aedes is done with the packet before. And it takes all that aedes writes at
 * once, because aedes stops delivering to everybody while one stream is full; the limits are the session's.
 */
export class Conduit<Owner extends ConduitListener> extends Duplex {
  readonly owner: Owner;

  constructor(owner: Owner) {
    super({
      readableObjectMode: true,
      readableHighWaterMark: 0,
      writableHighWaterMark: Number.MAX_SAFE_INTEGER,
    });
    this.owner = owner;
  }

  /** Gives aedes a packet; only after `wanted`, and once for each. */
  give(packet: Buffer): void {
    this.push(packet);
  }

  override _read(): void {
    this.owner.wanted();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.owner.wrote([chunk]);
    done();
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.owner.wrote(chunks.map(({ chunk }) => chunk));
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.owner.closedByAedes(error);
    done();
  }
}
