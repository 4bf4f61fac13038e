/** What one client, or many of one tenant, may do to keep all others waiting. Each attack runs in a process of its own. */
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { broadcastTopic, deviceId, eventsTopic, registryId } from '../fleet.ts';
import {
  bytesOf,
  inParallel,
  type Login,
  logIn,
  pingreq,
  publishPacket,
  subscribePacket,
  unsubscribePacket,
} from './client.ts';

/** Where the attack goes. */
export interface Target {
  readonly port: number;
  readonly tlsPort: number;
  readonly password: string;
}

export interface Attack {
  readonly id: string;
  readonly title: string;
  /** What has to be there before the attack; nothing of it is measured. */
  prepare?(target: Target): Promise<readonly Socket[]>;
  /** Resolves once all of it has been answered, or after as long as it lasts. */
  run(target: Target, prepared: readonly Socket[]): Promise<void>;
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const asRegistry = ({ port, password }: Target): Login => ({ port, password, user: registryId });
const asRegistryOverTls = ({ tlsPort, password }: Target): Login => ({
  ...{ port: tlsPort, password, user: registryId },
  secure: true,
});
const asDevice = ({ port, password }: Target, n: number): Login => ({ port, password, user: deviceId(n) });
/** Logins of one attack that are under way at the same time. */
const loginsAtOnce = 100;
const stateFilter = '$devices/+/state/#';
/** A record of 256 bytes is announced, and 64 of them come. */
const halfHello = Buffer.concat([Buffer.from('1603010100010000fc0303', 'hex'), Buffer.alloc(58)]);

const eventFilters = (count: number, first = 0) =>
  numbers(count).map((n) => `$devices/+/events/${first + n}`);

async function subscribeAll(target: Target, clientId: string, filters: readonly string[]): Promise<Socket> {
  const socket = await logIn(asRegistry(target), clientId);
  const answered = bytesOf(socket, filters.length);
  socket.write(subscribePacket(filters));
  await answered;
  return socket;
}

/** So many levels, each of them `+` or `a` as the seed has it. */
function scattered(count: number, seed: number): string {
  let bits = seed + 1;
  const level = () => {
    bits = (Math.imul(bits, 1_103_515_245) + 12_345) >>> 0;
    return bits & 0x10000 ? '+' : 'a';
  };
  return numbers(count).map(level).join('/');
}

/** Clients that subscribe to retained messages, more than once, and read nothing. */
async function readNothing(login: Login, clientId: string, subscribes: number): Promise<Socket> {
  const socket = await logIn(login, clientId);
  socket.pause();
  socket.write(Buffer.concat(numbers(subscribes).map(() => subscribePacket([stateFilter]))));
  return socket;
}

const allDevices = (target: Target, count: number, keepAliveSeconds = 0) =>
  inParallel(count, loginsAtOnce, (n) => logIn(asDevice(target, n), 'fleet', keepAliveSeconds));

export const attacks: readonly Attack[] = [
  { id: 'none', title: 'nothing, for 5 s', run: () => pause(5_000) },
  {
    id: 'filters',
    title: 'a SUBSCRIBE with 5,000 filters',
    run: async (target) => void (await subscribeAll(target, 'a', eventFilters(5_000))),
  },
  {
    id: 'filters-six',
    title: 'six of them at the same time, on six connections',
    run: async (target) => {
      const one = (n: number) => subscribeAll(target, `a${n}`, eventFilters(5_000, 5_000 * n));
      await Promise.all(numbers(6).map(one));
    },
  },
  {
    id: 'aliases',
    title: 'a SUBSCRIBE with 9,999 filters that begin like unknown aliases',
    run: async (target) =>
      void (await subscribeAll(
        target,
        'a',
        numbers(9_999).map((n) => `x${n}/#`),
      )),
  },
  {
    id: 'unsubscribe',
    title: 'an UNSUBSCRIBE of 10,000 filters, and the end of six sessions with as many',
    prepare: (target) =>
      Promise.all(numbers(7).map((n) => subscribeAll(target, `a${n}`, eventFilters(10_000, 10_000 * n)))),
    run: async (_target, [first, ...others]) => {
      const answered = bytesOf(first as Socket, 4);
      first?.write(unsubscribePacket(eventFilters(10_000)));
      await answered;
      for (const socket of others) socket.destroy();
      await pause(1_000);
    },
  },
  {
    id: 'deep',
    title: '600 filters of 128 levels, half of them +, and 200 topics as deep',
    run: async (target) => {
      const filters = numbers(600).map((n) => `+/${scattered(126, n)}/end`);
      await subscribeAll(target, 'a', filters);
      const device = await logIn(asDevice(target, 0), 'a');
      const topic = `${eventsTopic(deviceId(0))}/${'a/'.repeat(125)}`;
      const answered = bytesOf(device, 200 * 4);
      for (const n of numbers(200)) device.write(publishPacket(`${topic}${n}`, Buffer.alloc(1), n + 1));
      await answered;
    },
  },
  {
    id: 'small',
    title: 'ten connections with 128,000 PINGREQs in one piece each',
    run: async (target) => {
      const sockets = await Promise.all(numbers(10).map((n) => logIn(asDevice(target, n), 'a')));
      const bytes = Buffer.alloc(256_000, pingreq);
      const answers = sockets.map((socket) => bytesOf(socket, bytes.length));
      for (const socket of sockets) socket.write(bytes);
      await Promise.all(answers);
    },
  },
  {
    id: 'unread',
    title: '400 SUBSCRIBEs for one filter by a client that never reads, over 16 MiB of retained messages',
    run: async (target) => {
      await readNothing(asRegistry(target), 'a', 400);
      await pause(5_000);
    },
  },
  {
    id: 'stalled',
    title: '900 clients that subscribe to the same and never read',
    run: async (target) => {
      await inParallel(900, loginsAtOnce, (n) => readNothing(asRegistry(target), `a${n}`, 1));
      await pause(5_000);
    },
  },
  {
    id: 'stalled-tls',
    title: '900 clients that do so over TLS',
    run: async (target) => {
      await inParallel(900, loginsAtOnce, (n) => readNothing(asRegistryOverTls(target), `a${n}`, 1));
      await pause(5_000);
    },
  },
  {
    id: 'drips',
    title: '1,000 connections that send a byte of a message every 100 ms, for 10 s',
    prepare: (target) => allDevices(target, 1_000),
    run: async (_target, sockets) => {
      const [head, byte] = [
        publishPacket(eventsTopic(deviceId(0)), Buffer.alloc(100_000), 1),
        Buffer.alloc(1),
      ];
      for (const socket of sockets) socket.write(head.subarray(0, 5));
      for (let round = 0; round < 100; round++) {
        for (const socket of sockets) socket.write(byte);
        await pause(100);
      }
    },
  },
  {
    id: 'broadcast',
    title: 'five messages to 9,000 subscribers',
    prepare: async (target) => {
      const sockets = await allDevices(target, 9_000);
      await Promise.all(
        sockets.map((socket) => {
          const answered = bytesOf(socket, 5);
          socket.write(subscribePacket([broadcastTopic]));
          return answered;
        }),
      );
      return sockets;
    },
    run: async (target, sockets) => {
      const sender = await logIn(asRegistry(target), 'sender');
      const payload = Buffer.alloc(64);
      const copy = publishPacket(broadcastTopic, payload, 1).length;
      const heard = sockets.map((socket) => bytesOf(socket, 5 * copy));
      for (const n of numbers(5)) sender.write(publishPacket(broadcastTopic, payload, n + 1));
      await Promise.all(heard);
    },
  },
  {
    id: 'half-open',
    title: '5,000 TLS connections that send half of a ClientHello, for 10 s',
    run: async ({ tlsPort }) => {
      const sockets = numbers(5_000).map(() => connect(tlsPort, '127.0.0.1'));
      for (const socket of sockets) {
        socket.on('error', () => {});
        socket.write(halfHello);
      }
      await pause(10_000);
      for (const socket of sockets) socket.destroy();
    },
  },
  {
    id: 'silent',
    title: 'the keep alive of 9,000 connections passes at the same moment',
    prepare: (target) => allDevices(target, 9_000, 10),
    run: async (_target, sockets) => {
      for (const socket of sockets) socket.write(pingreq);
      await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
  },
  {
    id: 'leave',
    title: '9,000 connections close at the same moment',
    prepare: (target) => allDevices(target, 9_000),
    run: async (_target, sockets) => {
      for (const socket of sockets) socket.destroy();
      await pause(3_000);
    },
  },
];
