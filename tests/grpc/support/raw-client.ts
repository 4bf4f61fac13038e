/**
 * A client of HTTP/2 that writes its frames itself: Node's own is not always told that the server has closed a connection on
 * which much still waits to be sent, and then waits for ever.
 */
import { connect, type TLSSocket } from 'node:tls';

const frameType = { headers: 1, reset: 3, settings: 4, ping: 6 } as const;
const flag = { none: 0, ack: 1, endHeaders: 4 } as const;
const cancel = Buffer.from([0, 0, 0, 8]);
/** Of a frame's header, in bytes (RFC 9113, section 4.1). */
const headerBytes = 9;

export interface RawClient {
  /** Opens the next stream and cancels it at once. */
  callAndCancel(): void;
  /** The connection is over. */
  isOver(): boolean;
  /** The server has taken all that was sent, or the connection is over. */
  whenTaken(): Promise<void>;
  destroy(): void;
}

/** Opens a connection for calls of one method. Rejects when the server does not let it in. */
export async function openRawClient(port: number, ca: string, path: string): Promise<RawClient> {
  const socket = connect({ host: 'localhost', servername: 'localhost', port, ca, ALPNProtocols: ['h2'] });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  socket.on('error', () => {});
  const headers = headerBlock(path);
  const pings: (() => void)[] = [];
  onPingAnswered(socket, () => pings.shift()?.());
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write(frame(frameType.settings, flag.none, 0, Buffer.alloc(0)));
  let nextStream = 1;
  return {
    callAndCancel: async () => {
      const call = frame(frameType.headers, flag.endHeaders, nextStream, headers);
      const hasRoom = socket.write(
        Buffer.concat([call, frame(frameType.reset, flag.none, nextStream, cancel)]),
      );
      nextStream += 2;
      if (!hasRoom) await Promise.race([over, new Promise((resolve) => socket.once('drain', resolve))]);
    },
    isOver: () => socket.destroyed,
    whenTaken: () => {
      socket.write(frame(frameType.ping, flag.none, 0, Buffer.alloc(8)));
      return Promise.race([over, new Promise<void>((resolve) => void pings.push(resolve))]);
    },
    destroy: () => void socket.destroy(),
  };
}

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** POST of gRPC, from the static table of HPACK (RFC 7541, appendix A), nothing compressed. */
function headerBlock(path: string): Buffer {
  const [post, https] = [0x83, 0x87];
  return Buffer.concat([
    Buffer.from([post, https]),
    literal([0x01], 'localhost'),
    literal([0x04], path),
    literal([0x0f, 31 - 15], 'application/grpc'),
  ]);
}

/** A value shorter than 127 bytes, whose name is in the static table. */
function literal(name: readonly number[], value: string): Buffer {
  return Buffer.concat([Buffer.from([...name, value.length]), Buffer.from(value)]);
}

/** Frames are answered in their order, so what was sent before the PING has been taken. */
function onPingAnswered(socket: TLSSocket, tell: () => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      if (rest.length < headerBytes) return;
      const end = headerBytes + rest.readUIntBE(0, 3);
      if (rest.length < end) return;
      if (rest.readUInt8(3) === frameType.ping && rest.readUInt8(4) === flag.ack) tell();
      rest = rest.subarray(end);
    }
  });
}
