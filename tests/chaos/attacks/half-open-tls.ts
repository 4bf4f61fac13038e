/**
 * A process that opens so many connections to a TLS port at once and completes no handshake: a third says nothing, a third
 * sends half of a ClientHello, a third all of it, which costs the server a signature. It holds them until the server closes.
 * Arguments: port, connections. Reports `ready` when all were opened.
 */
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

const [port, count] = process.argv.slice(2).map(Number) as [number, number];

/** What a client of this Node begins with. */
function clientHello(): Promise<Buffer> {
  return new Promise((resolve) => {
    const tap = new Duplex({ read() {}, write: (chunk: Buffer) => resolve(chunk) });
    connectTls({ socket: tap, rejectUnauthorized: false }).on('error', () => {});
  });
}

const hello = await clientHello();
const beginnings = [Buffer.alloc(0), hello.subarray(0, hello.length >> 1), hello];
let tried = 0;
let closed = 0;

function attack(number: number): void {
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  let isCounted = false;
  const opened = () => {
    if (isCounted) return;
    isCounted = true;
    if (++tried === count) process.send?.({ type: 'ready', addresses: {} });
  };
  socket.on('connect', () => {
    socket.write(beginnings[number % 3] as Buffer);
    opened();
  });
  socket.on('error', opened);
  socket.on('close', () => {
    opened();
    if (++closed === count) process.exit(0);
  });
  socket.resume();
}

for (let number = 0; number < count; number++) {
  attack(number);
  // As fast as the kernel takes them, without running out of its backlog.
  if (number % 200 === 199) await new Promise((resolve) => setTimeout(resolve, 10));
}
