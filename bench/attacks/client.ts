/** MQTT clients that say more than clients do: bytes over a socket. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

const maxSubscribeId = 1;

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

function connectPacket(user: string, password: string, clientId: string, keepAliveSeconds = 0): Buffer {
  const head = Buffer.from([4, 0xc2, keepAliveSeconds >> 8, keepAliveSeconds & 255]);
  return packet(0x10, text('MQTT'), head, text(clientId), text(user), text(password));
}

/** Filters at QoS 1. */
export function subscribePacket(filters: readonly string[]): Buffer {
  const one = Buffer.from([1]);
  return packet(0x82, Buffer.from([0, maxSubscribeId]), ...filters.flatMap((filter) => [text(filter), one]));
}

export function unsubscribePacket(filters: readonly string[]): Buffer {
  return packet(0xa2, Buffer.from([0, maxSubscribeId]), ...filters.map(text));
}

/** At QoS 0; at QoS 1 with an identifier. */
export function publishPacket(topic: string, payload: Buffer, packetId = 0): Buffer {
  const id = packetId === 0 ? Buffer.alloc(0) : Buffer.from([packetId >> 8, packetId & 255]);
  return packet(packetId === 0 ? 0x30 : 0x32, text(topic), id, payload);
}

export const pingreq = Buffer.from([0xc0, 0]);

export interface Login {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Over TLS. */
  readonly secure?: boolean;
}

/** A connection whose CONNECT was accepted. It reads, and throws away what comes. */
export async function logIn(login: Login, clientId: string, keepAliveSeconds = 0): Promise<Socket> {
  const place = { port: login.port, host: '127.0.0.1', noDelay: true };
  const socket = login.secure ? connectTls({ ...place, rejectUnauthorized: false }) : connect(place);
  socket.on('error', () => {});
  socket.write(connectPacket(login.user, login.password, clientId, keepAliveSeconds));
  const [connack] = (await once(socket, 'data')) as [Buffer];
  if (connack[3] !== 0) throw new Error(`${login.user} was refused: ${connack.toString('hex')}`);
  socket.resume();
  return socket;
}

/** Resolves once so many bytes have come. */
export function bytesOf(socket: Socket, count: number): Promise<void> {
  let missing = count;
  return new Promise((resolve, reject) => {
    const settle = () => socket.off('data', take).off('close', fail);
    const take = (chunk: Buffer) => {
      missing -= chunk.length;
      if (missing > 0) return;
      settle();
      resolve();
    };
    const fail = () => {
      settle();
      reject(new Error('the server has closed the connection'));
    };
    socket.on('data', take).once('close', fail);
  });
}

/** Several at a time, in order. */
export async function inParallel<T>(
  count: number,
  atOnce: number,
  work: (n: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < count; n = next++) results[n] = await work(n);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
