/** Clients that have nothing to do with an attack, and how long they wait for the server meanwhile. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { connectPacket } from '@iotcore/testkit/faults';

const PINGREQ = Buffer.from('c000', 'hex');
/** How often each asks. */
const PAUSE_MS = 20;
const NEWCOMER_PAUSE_MS = 250;

export interface BystanderOptions {
  readonly port: number;
  readonly tlsPort: number;
  readonly caPem: string;
  readonly username: string;
  readonly password: string;
}

/** Milliseconds. */
export interface Waits {
  /** Of one that has a session, for the answer to a ping. */
  readonly connected: readonly number[];
  /** Of one that comes from another address than the attack, for its CONNACK over TLS. */
  readonly newcomer: readonly number[];
}

/** Until `isOver`. */
export async function watchBystanders(options: BystanderOptions, isOver: () => boolean): Promise<Waits> {
  const connected: number[] = [];
  const newcomer: number[] = [];
  const session = await open(connect({ port: options.port, host: '127.0.0.1' }), options, 'bystander');
  const pinging = (async () => {
    while (!isOver()) {
      const began = performance.now();
      session.write(PINGREQ);
      await answer(session);
      connected.push(performance.now() - began);
      await sleep(PAUSE_MS);
    }
  })();
  const coming = (async () => {
    for (let n = 0; !isOver(); n++) {
      const began = performance.now();
      const { tlsPort: port, caPem: ca } = options;
      const tcp = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
      const socket = connectTls({ socket: tcp, host: '127.0.0.1', ca });
      await open(socket, options, `newcomer ${n}`);
      newcomer.push(performance.now() - began);
      socket.destroy();
      await sleep(NEWCOMER_PAUSE_MS);
    }
  })();
  await Promise.all([pinging, coming]);
  session.destroy();
  return { connected, newcomer };
}

async function open(socket: Socket, { username, password }: BystanderOptions, clientId: string) {
  socket.write(Buffer.from(connectPacket(username, password, clientId), 'hex'));
  const connack = await answer(socket);
  if (connack[3] !== 0) throw new Error(`a bystander was refused: ${connack.toString('hex')}`);
  return socket;
}

function answer(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = () => socket.off('data', onData).off('error', reject).off('close', onClose);
    const onData = (chunk: Buffer) => {
      settle();
      resolve(chunk);
    };
    const onClose = () => {
      settle();
      reject(new Error('a bystander was disconnected'));
    };
    socket.on('data', onData).once('error', reject).once('close', onClose);
  });
}
