import type { Socket } from 'node:net';
import { generate, type IConnackPacket, type Packet, parser } from 'mqtt-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../deadline.ts';
import { listen } from '../../listen.ts';
import { SeededRandom } from '../random.ts';
import { LoadClient, type LoadClientOptions } from './load-client.ts';
import { decodeMark, encodeMark } from './marked-message.ts';
import { MessageLedger } from './message-ledger.ts';

/** A server that does what the test says with each packet, and a client of it. */
async function pair(
  serve: (packet: Packet, say: (answer: Packet) => void, socket: Socket) => void,
  more: Partial<LoadClientOptions> = {},
) {
  const ledger = new MessageLedger();
  const port = await listen((socket) => {
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => serve(packet, (answer) => socket.write(generate(answer)), socket));
    socket.on('data', (bytes: Buffer) => packets.parse(bytes));
  });
  const client = new LoadClient({
    name: 'c',
    tenant: 'a',
    ledger,
    random: new SeededRandom('test'),
    port: () => port,
    backoffMs: [1, 5],
    ...more,
  });
  onTestFinished(() => client.stop());
  client.start();
  return { ledger, client };
}

const connack = (returnCode: number): IConnackPacket => ({
  cmd: 'connack',
  returnCode,
  sessionPresent: false,
});

describe('a load client', () => {
  test('notes a refusal and tries again', async () => {
    let answers = [3, 4, 0];
    const { ledger, client } = await pair((packet, say) => {
      if (packet.cmd !== 'connect') return;
      const [code = 0, ...rest] = answers;
      answers = rest;
      say(connack(code));
    });
    await eventually('to be let in', () => client.served);
    expect(ledger.history().refusals.map(({ code }) => code)).toEqual([3, 4]);
    expect(ledger.history().connections).toHaveLength(1);
  });

  test('sends again in order what a lost connection left unacknowledged, and nothing else', async () => {
    const seen: number[] = [];
    const { ledger, client } = await pair((packet, say, socket) => {
      if (packet.cmd === 'connect') say(connack(0));
      if (packet.cmd !== 'publish') return;
      seen.push(decodeMark(Buffer.from(packet.payload))?.sequence ?? 0);
      if (seen.length === 3) socket.destroy();
      else if (seen.length !== 2) say({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    });
    for (let i = 0; i < 4; i += 1) client.publish('t');
    await eventually('all to be acknowledged', () => client.unacked === 0);
    expect(seen.filter((sequence) => sequence === 1)).toHaveLength(1);
    expect(seen.slice(-3)).toEqual([2, 3, 4]);
    expect(ledger.ackedCount).toBe(4);
    expect(ledger.history().connections.map(({ end }) => end)).toEqual(['cut', undefined]);
  });

  test('counts as served once subscribed, notes what it gets and acknowledges it', async () => {
    let acked = 0;
    const payload = encodeMark({ publisher: 'p', sequence: 1, tenant: 'a' });
    const { ledger, client } = await pair(
      (packet, say) => {
        if (packet.cmd === 'connect') say(connack(0));
        if (packet.cmd === 'puback') acked = packet.messageId ?? 0;
        if (packet.cmd !== 'subscribe') return;
        say({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [1] });
        say({ cmd: 'publish', topic: 't', payload, qos: 1, messageId: 7, dup: false, retain: false });
      },
      { filters: ['t'], hears: ['t'] },
    );
    await eventually('the acknowledgement', () => acked === 7);
    expect(client.served).toBe(true);
    expect(ledger.history().received).toMatchObject([
      { receiver: 'c', topic: 't', mark: { publisher: 'p' } },
    ]);
  });

  test('gives up a server that does not answer, and tries again', async () => {
    let connects = 0;
    const { ledger, client } = await pair(
      (packet, say) => {
        if (packet.cmd === 'connect') connects += 1;
        if (packet.cmd === 'connect' && connects === 2) say(connack(0));
      },
      { patienceMs: 100 },
    );
    await eventually('to be let in', () => client.served);
    expect(connects).toBe(2);
    expect(ledger.givenUp).toEqual(['c']);
    expect(ledger.history().connections).toHaveLength(1);
  });
});
