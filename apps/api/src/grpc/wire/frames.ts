/**
 * Messages on a gRPC stream: a byte that says whether it is compressed, four bytes of length, the message
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message).
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError } from '@iotcore/control';

const headerBytes = 5;
/** Of one request, after decompression: a publication of 262,144 bytes and every other call fit many times over. */
export const maxMessageBytes = 1024 * 1024;

/** An uncompressed message as it goes out. */
export function frame(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + message.length);
  bytes.writeUInt8(0, 0);
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, headerBytes);
  return bytes;
}

/** A message as it came in. */
export interface IncomingMessage {
  readonly compressed: boolean;
  readonly bytes: Buffer;
}

const nothing = Buffer.alloc(0);

/** Finds the messages in the bytes of a stream, however they are cut. Costs the same for one byte at a time as for all. */
export class FrameReader {
  /** What came in and belongs to no whole message yet: the first `#used` bytes. Its room doubles as it fills. */
  #pending: Buffer = nothing;
  #used = 0;

  /**
   * The messages that are whole with this chunk.
   *
   * @throws ApiError RESOURCE_EXHAUSTED as soon as one is announced that is too large; INVALID_ARGUMENT if its first byte is
   * neither 0 nor 1
   */
  push(chunk: Buffer): IncomingMessage[] {
    const bytes = this.#used === 0 ? chunk : this.#append(chunk);
    const messages: IncomingMessage[] = [];
    let at = 0;
    for (let end = endOfFrame(bytes, at); end <= bytes.length; end = endOfFrame(bytes, at)) {
      messages.push({ compressed: bytes[at] === 1, bytes: bytes.subarray(at + headerBytes, end) });
      at = end;
    }
    // The memory of messages that were handed out is not written again.
    if (at > 0 || this.#used === 0) this.#pending = Buffer.from(bytes.subarray(at));
    this.#used = bytes.length - at;
    return messages;
  }

  /** @throws ApiError INVALID_ARGUMENT if the stream ended within a message */
  end(): void {
    if (this.#used > 0) throw new ApiError('INVALID_ARGUMENT', 'The request ended within a message.');
  }

  #append(chunk: Buffer): Buffer {
    const length = this.#used + chunk.length;
    if (length > this.#pending.length) {
      const grown = Buffer.allocUnsafeSlow(2 * length);
      this.#pending.copy(grown, 0, 0, this.#used);
      this.#pending = grown;
    }
    this.#pending.set(chunk, this.#used);
    return this.#pending.subarray(0, length);
  }
}

/** Where the frame that begins at `at` ends; beyond the bytes if its header is not whole. */
function endOfFrame(bytes: Buffer, at: number): number {
  const end = at + headerBytes;
  if (bytes.length > at && (bytes[at] ?? 0) > 1)
    throw new ApiError('INVALID_ARGUMENT', 'The request holds no gRPC message.');
  if (bytes.length < end) return Number.POSITIVE_INFINITY;
  const length = bytes.readUInt32BE(at + 1);
  if (length > maxMessageBytes) throw tooLarge();
  return end + length;
}

const inflate = promisify(gunzip);

/**
 * The bytes of a message, decompressed if need be.
 *
 * @throws ApiError UNIMPLEMENTED for another encoding than gzip, RESOURCE_EXHAUSTED if it grows beyond the limit
 */
export async function unpack(message: IncomingMessage, encoding: string): Promise<Buffer> {
  if (!message.compressed) return message.bytes;
  if (encoding !== 'gzip')
    throw new ApiError('UNIMPLEMENTED', `The encoding "${encoding}" is not served: use gzip or identity.`);
  try {
    return await inflate(message.bytes, { maxOutputLength: maxMessageBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new ApiError('INVALID_ARGUMENT', 'The compressed message cannot be read.');
  }
}

function tooLarge(): ApiError {
  return new ApiError('RESOURCE_EXHAUSTED', `A message may have at most ${maxMessageBytes} bytes.`);
}
