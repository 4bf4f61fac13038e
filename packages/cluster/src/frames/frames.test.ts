import { describe, expect, test } from 'vitest';
import { payloadOf, placed } from '../links/remote.ts';
import { decodeFrame, encodeFrame, frameHeadBytes, maxReceivedBytes } from './frame.ts';
import {
  type ClusterRecord,
  decodeRecords,
  encodeRecord,
  messageRecordBytes,
  writeMessageRecord,
} from './records.ts';

const from = 'a'.repeat(32);
const to = '0123456789abcdef'.repeat(2);
const head = { version: 1, kind: 'stream', from, to, number: 2 ** 40 + 1, acknowledged: 7 } as const;

const records: readonly ClusterRecord[] = [
  {
    type: 'route',
    route: 7,
    destinations: [
      { namespace: 'räume/1', topic: 'a/b' },
      { namespace: '', topic: '' },
    ],
  },
  { type: 'message', route: 7, end: 'ü/1', ...placed(Buffer.from([0, 255]), 1) },
  { type: 'message', route: 7, end: '', ...placed(Buffer.alloc(0), 0) },
  {
    type: 'stored',
    route: 7,
    qos: 1,
    namespace: 'n',
    topic: 'tü',
    version: 2 ** 40,
    payload: Buffer.from('p'),
  },
  { type: 'forgetRoutes' },
  { type: 'gained', hashes: [0, 2 ** 32 - 1] },
  { type: 'lost', hashes: [] },
  { type: 'claim', key: '00ff'.repeat(8), counter: 2 ** 40 },
  { type: 'agreed', round: 3, counter: 0 },
  {
    type: 'usage',
    used: new Map([
      ['sessions registry:a', 2 ** 32 - 1],
      ['ü', 0],
    ]),
  },
];

/** What a record says, wherever its payload lies. */
function meaningOf(record: ClusterRecord) {
  if (record.type !== 'message') return record;
  const { type, route, qos, end } = record;
  return { type, route, qos, end, payload: payloadOf(record) };
}

describe('a frame', () => {
  test('is read as it was written', () => {
    const frame = encodeFrame(head, Buffer.from('body'));
    expect(decodeFrame(frame)).toEqual({ ...head, body: Buffer.from('body') });
  });

  test('that is too short, too long, or of no kind is none', () => {
    const frame = encodeFrame(head);
    expect(decodeFrame(frame.subarray(0, frameHeadBytes - 1))).toBeUndefined();
    expect(decodeFrame(Buffer.alloc(maxReceivedBytes + 1))).toBeUndefined();
    frame[1] = 200;
    expect(decodeFrame(frame)).toBeUndefined();
  });
});

describe('records', () => {
  test('are read as they were written, one after the other', () => {
    const found = decodeRecords(Buffer.concat(records.map(encodeRecord)));
    expect(Array.from(found ?? [], meaningOf)).toEqual(records.map(meaningOf));
  });

  test('of a message are the same, written on its own or in a frame', () => {
    const [end, payload] = ['ж/x', placed(Buffer.from('payload'), 1)];
    const endBytes = Buffer.byteLength(end);
    const frame = Buffer.alloc(4 + messageRecordBytes(endBytes, payload));
    writeMessageRecord(frame, 4, 9, end, endBytes, payload);
    expect(frame.subarray(4)).toEqual(encodeRecord({ type: 'message', route: 9, end, ...payload }));
  });

  test('that are cut anywhere are none, and none of them takes effect', () => {
    const whole = Buffer.concat(records.map(encodeRecord));
    const ends = new Set<number>();
    let end = 0;
    for (const record of records) {
      ends.add(end);
      end += encodeRecord(record).length;
    }
    for (let bytes = 1; bytes < whole.length; bytes++)
      expect(decodeRecords(whole.subarray(0, bytes)) !== undefined, `${bytes} bytes`).toBe(ends.has(bytes));
  });

  test('with a bit changed are read or refused, and never throw', () => {
    const whole = Buffer.concat(records.map(encodeRecord));
    for (let bit = 0; bit < whole.length * 8; bit++) {
      const changed = Buffer.from(whole);
      (changed[bit >> 3] as number) ^= 1 << (bit & 7);
      expect(() => decodeRecords(changed)).not.toThrow();
    }
  });

  test('of an unknown type, or a message at QoS 2, are refused', () => {
    expect(decodeRecords(Buffer.from([99, 0, 0, 0, 0]))).toBeUndefined();
    const message = encodeRecord({ type: 'message', route: 1, end: '', ...placed(Buffer.alloc(0), 1) });
    message[9] = 2;
    expect(decodeRecords(message)).toBeUndefined();
  });
});
