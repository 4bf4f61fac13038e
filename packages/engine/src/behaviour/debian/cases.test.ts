/**
 * Mosquitto as a second opinion on the conformance cases. Where it does something else than we do, the reason stands here;
 * a difference without a reason fails, and so does a reason without a difference.
 */
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ConformanceCase, plainConnect, readCases } from '../../codec/cases/cases.ts';
import { startMosquitto } from './mosquitto.ts';

const accepted = '20020000';
const pingreq = Buffer.from('c000', 'hex');
const pingresp = 'd000';
/** Mosquitto waits for a body that we refuse by its header. */
const patienceMs = 1_000;

/** What Mosquitto does instead, by file and title without the statements. */
const explained: Readonly<Record<string, string>> = {
  // It speaks MQTT 3.1 and 5 as well.
  'connect: MQIsdp at level 4 is closed without an answer': '20020001 closed',
  'connect: MQTT 3.1 (MQIsdp, level 3) is answered with CONNACK 1': '20020000 waits',
  'connect: MQTT 5 is answered with CONNACK 1, in the form that 3.1.1 clients know':
    '200900000622000a210014 waits',
  // It speaks QoS 2.
  'publish: QoS 2 closes: it is not supported': '2002000050020001 waits',
  'subscribe: QoS 2 is granted as 1': '200200009003000a02d000',
  'qos2: PUBREC closes: QoS 2 is not supported': '2002000062020001 waits',
  'qos2: PUBREL closes: QoS 2 is not supported': '2002000070020001 waits',
  'qos2: PUBCOMP closes: QoS 2 is not supported': '20020000 waits',
  // It has no such limit, or waits for the whole packet before it looks.
  'connect: a huge remaining length before CONNECT closes before the body comes': ' waits',
  'publish: a declared length beyond every limit closes before the body comes': '20020000 waits',
  'publish: a payload one byte over the limit closes without PUBACK': '2002000040020001 waits',
  'puback: a huge PUBACK closes before its body comes': '20020000 waits',
  // It takes what the standard forbids.
  'ping: a PINGREQ with a body closes': '20020000d000 waits',
  'ping: a PINGREQ with wrong flags closes': '20020000d000 waits',
  'ping: PINGRESP from a client closes': '20020000 waits',
  'ping: SUBACK from a client closes': '20020000 waits',
  'ping: UNSUBACK from a client closes': '20020000 waits',
  'puback: bytes left over close': '20020000 waits',
  'puback: wrong flags close': '20020000 waits',
  'publish: DUP at QoS 0 closes': '20020000 waits',
  'qos2: PUBREC with wrong flags closes': '2002000062020001 waits',
  'qos2: PUBCOMP with wrong flags closes': '20020000 waits',
  // It asks its access list for each message, and grants the filter.
  'subscribe: a filter that is not allowed gets 0x80, the others stand': '200200009004000a0001d000',
  // It has kept the retained wills and messages of cases before.
  'subscribe: several filters are answered in one SUBACK, a code each in their order':
    '200200009006000a000101003306000177000178310400017778d000',
};

describe('Mosquitto and we', () => {
  test('do the same in every conformance case, but for what is explained', async () => {
    const port = await startMosquitto(onTestFinished);
    const differing: Record<string, string> = {};
    for (const one of readCases()) {
      const outcome = await outcomeOf(port, one);
      if (outcome !== expectedOutcome(one))
        differing[`${one.file}: ${one.title.replace(/ ?\[MQTT.*/, '')}`] = outcome;
    }
    expect(differing).toEqual(explained);
  });
});

function expectedOutcome({ reply, closes, isFresh }: ConformanceCase): string {
  const before = isFresh ? '' : accepted;
  return `${before}${reply.toString('hex')}${closes ? ' closed' : pingresp}`;
}

/** All that Mosquitto answers, in hexadecimal, and whether it closes. */
function outcomeOf(port: number, one: ConformanceCase): Promise<string> {
  const { bytes, closes, isFresh } = one;
  // The case may have pings of its own, which are answered before ours.
  const shortest = expectedOutcome(one).length;
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    const finish = (how: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(got + how);
    };
    const timer = setTimeout(() => finish(closes ? ' waits' : ''), patienceMs);
    socket.on('data', (chunk: Buffer) => {
      got += chunk.toString('hex');
      if (!closes && got.endsWith(pingresp) && got.length >= shortest) finish('');
    });
    socket.on('error', () => {});
    socket.on('close', () => finish(' closed'));
    socket.write(Buffer.concat([...(isFresh ? [] : [plainConnect]), bytes, ...(closes ? [] : [pingreq])]));
  });
}
