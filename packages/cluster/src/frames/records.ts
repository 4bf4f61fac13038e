/** What frames hold: records, one after the other, each a type, the length of its content in 4 bytes, and the content. */
import type { Qos } from '@iotcore/engine';

export interface RouteDestination {
  readonly namespace: string;
  readonly topic: string;
}

export type ClusterRecord =
  /** A message on a route that was told of before. `end`: what is added to each topic of the route. */
  | {
      readonly type: 'message';
      readonly route: number;
      readonly qos: Qos;
      readonly end: string;
      /** The payload is bytes [payloadStart, payloadEnd). */
      readonly bytes: Buffer;
      readonly payloadStart: number;
      readonly payloadEnd: number;
    }
  /** The same, of a message that is stored: under what, and with which version. */
  | {
      readonly type: 'stored';
      readonly route: number;
      readonly qos: Qos;
      readonly namespace: string;
      readonly topic: string;
      readonly version: number;
      readonly payload: Buffer;
    }
  /** Where the messages with this number go from now on. */
  | { readonly type: 'route'; readonly route: number; readonly destinations: readonly RouteDestination[] }
  /** No number of a route means anything any more. */
  | { readonly type: 'forgetRoutes' }
  /** Hashes of namespaces that have subscribers at the sender. */
  | { readonly type: 'gained'; readonly hashes: readonly number[] }
  | { readonly type: 'lost'; readonly hashes: readonly number[] }
  /** A client ID belongs to a session of the sender. `key`: 16 bytes in hex. */
  | { readonly type: 'claim'; readonly key: string; readonly counter: number }
  /** The sender agrees to the list of this round of the joiner, and has told it of its interest. */
  | { readonly type: 'agreed'; readonly round: number; readonly counter: number }
  /** The sender's usage of the limits that all nodes share; it replaces what the sender said before. */
  | { readonly type: 'usage'; readonly used: ReadonlyMap<string, number> };

type RecordType = ClusterRecord['type'];
type MessageRecord = ClusterRecord & { readonly type: 'message' };
type Payload = Pick<MessageRecord, 'bytes' | 'payloadStart' | 'payloadEnd'>;

const typeCodes: Readonly<Record<RecordType, number>> = {
  message: 1,
  route: 2,
  forgetRoutes: 3,
  gained: 4,
  lost: 5,
  claim: 6,
  agreed: 7,
  stored: 8,
  usage: 9,
};
const headBytes = 5;
/** Route, QoS, and the length of the end. */
const messageHeadBytes = 7;
const claimKeyBytes = 16;

export function encodeRecord(record: ClusterRecord): Buffer {
  const content = encodeContent(record);
  const head = Buffer.allocUnsafe(headBytes);
  head[0] = typeCodes[record.type];
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** The size of the record of a message. */
export function messageRecordBytes(endBytes: number, { payloadStart, payloadEnd }: Payload): number {
  return headBytes + messageHeadBytes + endBytes + payloadEnd - payloadStart;
}

/** Writes the record of a message at `at`. On its own, since messages are what there is most of. `endBytes`: those of `end`. */
export function writeMessageRecord(
  to: Buffer,
  at: number,
  route: number,
  end: string,
  endBytes: number,
  { qos, bytes, payloadStart, payloadEnd }: Payload & { readonly qos: Qos },
): void {
  to[at] = typeCodes.message;
  writeUint32(to, at + 1, messageHeadBytes + endBytes + payloadEnd - payloadStart);
  writeUint32(to, at + 5, route);
  to[at + 9] = qos;
  to[at + 10] = endBytes >>> 8;
  to[at + 11] = endBytes;
  if (endBytes > 0) to.write(end, at + 12);
  bytes.copy(to, at + 12 + endBytes, payloadStart, payloadEnd);
}

/** Without the checks of Node's methods, which cost 4 ns each: half of what the head of a record does. */
function writeUint32(to: Buffer, at: number, value: number): void {
  to[at] = value >>> 24;
  to[at + 1] = value >>> 16;
  to[at + 2] = value >>> 8;
  to[at + 3] = value;
}

function encodeContent(record: ClusterRecord): Buffer {
  switch (record.type) {
    case 'message': {
      const endBytes = Buffer.byteLength(record.end);
      const whole = Buffer.allocUnsafe(messageRecordBytes(endBytes, record));
      writeMessageRecord(whole, 0, record.route, record.end, endBytes, record);
      return whole.subarray(headBytes);
    }
    case 'stored':
      return Buffer.concat([
        uint32(record.route),
        Buffer.from([record.qos]),
        uint48(record.version),
        text(record.namespace),
        text(record.topic),
        record.payload,
      ]);
    case 'route':
      return Buffer.concat([
        uint32(record.route),
        ...record.destinations.flatMap(({ namespace, topic }) => [text(namespace), text(topic)]),
      ]);
    case 'forgetRoutes':
      return Buffer.alloc(0);
    case 'gained':
    case 'lost': {
      const content = Buffer.allocUnsafe(record.hashes.length * 4);
      for (const [index, hash] of record.hashes.entries()) content.writeUInt32BE(hash, index * 4);
      return content;
    }
    case 'claim':
      return Buffer.concat([Buffer.from(record.key, 'hex'), uint48(record.counter)]);
    case 'agreed':
      return Buffer.concat([uint32(record.round), uint48(record.counter)]);
    case 'usage':
      return Buffer.concat([...record.used].flatMap(([key, amount]) => [uint32(amount), text(key)]));
  }
}

/** All records of a body, or undefined if any of it is not one: a frame takes effect as a whole or not at all. */
export function decodeRecords(body: Buffer): FrameRecords | undefined {
  const others: ClusterRecord[] = [];
  let at = 0;
  while (at < body.length) {
    if (at + headBytes > body.length) return undefined;
    const end = at + headBytes + body.readUInt32BE(at + 1);
    if (end > body.length) return undefined;
    if (body[at] === typeCodes.message) {
      if (!isMessage(body, at + headBytes, end)) return undefined;
    } else {
      const record = decodeContent(body[at] as number, body.subarray(at + headBytes, end));
      if (record === undefined) return undefined;
      others.push(record);
    }
    at = end;
  }
  return new FrameRecords(body, others);
}

/** The records of a frame, one after the other. A flood is messages by the thousand: each is decoded in its turn, and gone then. */
export class FrameRecords {
  readonly #body: Buffer;
  /** All but messages. */
  readonly #others: readonly ClusterRecord[];
  #at = 0;
  #nextOther = 0;

  constructor(body: Buffer, others: readonly ClusterRecord[]) {
    this.#body = body;
    this.#others = others;
  }

  next(): ClusterRecord | undefined {
    const at = this.#at;
    if (at >= this.#body.length) return undefined;
    this.#at = at + headBytes + this.#body.readUInt32BE(at + 1);
    if (this.#body[at] === typeCodes.message) return decodeMessage(this.#body, at + headBytes, this.#at);
    return this.#others[this.#nextOther++];
  }

  *[Symbol.iterator](): IterableIterator<ClusterRecord> {
    for (let record = this.next(); record !== undefined; record = this.next()) yield record;
  }
}

function decodeContent(code: number, content: Buffer): ClusterRecord | undefined {
  switch (code) {
    case typeCodes.stored:
      return decodeStored(content);
    case typeCodes.route:
      return decodeRoute(content);
    case typeCodes.forgetRoutes:
      return content.length === 0 ? { type: 'forgetRoutes' } : undefined;
    case typeCodes.gained:
      return decodeHashes('gained', content);
    case typeCodes.lost:
      return decodeHashes('lost', content);
    case typeCodes.claim:
      if (content.length !== claimKeyBytes + 6) return undefined;
      return {
        type: 'claim',
        key: content.toString('hex', 0, claimKeyBytes),
        counter: content.readUIntBE(claimKeyBytes, 6),
      };
    case typeCodes.agreed:
      if (content.length !== 10) return undefined;
      return { type: 'agreed', round: content.readUInt32BE(0), counter: content.readUIntBE(4, 6) };
    case typeCodes.usage:
      return decodeUsage(content);
    default:
      return undefined;
  }
}

/** Is what stands at [start, end) the content of a message? */
function isMessage(body: Buffer, start: number, end: number): boolean {
  const endStart = start + messageHeadBytes;
  return (
    endStart <= end && (body[start + 4] as number) <= 1 && endStart + body.readUInt16BE(start + 5) <= end
  );
}

function decodeMessage(body: Buffer, start: number, end: number): MessageRecord {
  const endStart = start + messageHeadBytes;
  const payloadStart = endStart + body.readUInt16BE(start + 5);
  return {
    type: 'message',
    route: body.readUInt32BE(start),
    qos: body[start + 4] as Qos,
    end: payloadStart === endStart ? '' : body.toString('utf8', endStart, payloadStart),
    bytes: body,
    payloadStart,
    payloadEnd: end,
  };
}

function decodeStored(content: Buffer): ClusterRecord | undefined {
  if (content.length < 15) return undefined;
  const qos = content[4] as number;
  const namespaceEnd = 13 + content.readUInt16BE(11);
  if (qos > 1 || namespaceEnd + 2 > content.length) return undefined;
  const topicEnd = namespaceEnd + 2 + content.readUInt16BE(namespaceEnd);
  if (topicEnd > content.length) return undefined;
  return {
    type: 'stored',
    route: content.readUInt32BE(0),
    qos: qos as Qos,
    version: content.readUIntBE(5, 6),
    namespace: content.toString('utf8', 13, namespaceEnd),
    topic: content.toString('utf8', namespaceEnd + 2, topicEnd),
    payload: content.subarray(topicEnd),
  };
}

function decodeRoute(content: Buffer): ClusterRecord | undefined {
  if (content.length < 4) return undefined;
  const texts: string[] = [];
  let at = 4;
  while (at < content.length) {
    if (at + 2 > content.length) return undefined;
    const end = at + 2 + content.readUInt16BE(at);
    if (end > content.length) return undefined;
    texts.push(content.toString('utf8', at + 2, end));
    at = end;
  }
  if (texts.length % 2 !== 0) return undefined;
  const destinations: RouteDestination[] = [];
  for (let index = 0; index < texts.length; index += 2)
    destinations.push({ namespace: texts[index] as string, topic: texts[index + 1] as string });
  return { type: 'route', route: content.readUInt32BE(0), destinations };
}

function decodeHashes(type: 'gained' | 'lost', content: Buffer): ClusterRecord | undefined {
  if (content.length % 4 !== 0) return undefined;
  const hashes: number[] = [];
  for (let at = 0; at < content.length; at += 4) hashes.push(content.readUInt32BE(at));
  return { type, hashes };
}

function decodeUsage(content: Buffer): ClusterRecord | undefined {
  const used = new Map<string, number>();
  let at = 0;
  while (at < content.length) {
    if (at + 6 > content.length) return undefined;
    const end = at + 6 + content.readUInt16BE(at + 4);
    if (end > content.length) return undefined;
    used.set(content.toString('utf8', at + 6, end), content.readUInt32BE(at));
    at = end;
  }
  return { type: 'usage', used };
}

/** Names and topics are at most 65,535 bytes [MQTT-1.5.3]. */
function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint48(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}
