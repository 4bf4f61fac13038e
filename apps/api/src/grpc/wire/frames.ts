/**
 * Messages on a gRPC stream: a byte that says whether it is compressed, four bytes of length, the message
 * (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message).
 */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError } from '@iotcore/control';

const headerBytes = 5;
/** Of one request, after decompression: a publication of 262,144 bytes and every other call fit many times over. */
const maxMessageBytes = 1024 * 1024;

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

/**
 * The messages of a stream, as they come.
 *
 * @throws ApiError RESOURCE_EXHAUSTED as soon as one is announced that is too large; INVALID_ARGUMENT if the stream ends
 * within one, or its first byte is neither 0 nor 1
 */
export async function* readFrames(stream: AsyncIterable<Buffer>): AsyncGenerator<IncomingMessage> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let next = takeFrame(pending); next !== undefined; next = takeFrame(pending)) {
      pending = next.rest;
      yield next.message;
    }
  }
  if (pending.length > 0) throw new ApiError('INVALID_ARGUMENT', 'The request ended within a message.');
}

function takeFrame(bytes: Buffer): { readonly message: IncomingMessage; readonly rest: Buffer } | undefined {
  if (bytes.length < headerBytes) return undefined;
  const flag = bytes.readUInt8(0);
  if (flag > 1) throw new ApiError('INVALID_ARGUMENT', 'The request holds no gRPC message.');
  const end = headerBytes + bytes.readUInt32BE(1);
  if (end > headerBytes + maxMessageBytes) throw tooLarge();
  if (bytes.length < end) return undefined;
  const message = { compressed: flag === 1, bytes: bytes.subarray(headerBytes, end) };
  return { message, rest: bytes.subarray(end) };
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
