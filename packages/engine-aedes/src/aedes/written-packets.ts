import { bodyStart, PacketType } from '@iotcore/engine/codec';

/** A packet that aedes wrote. */
export interface WrittenPacket {
  readonly type: number;
  /** Of a PUBLISH with QoS 1; 0 for any other packet. */
  readonly packetId: number;
  readonly buffers: readonly Buffer[];
}

/** Payloads from here on are passed on as they are; what is smaller is joined with its header. */
const joinBelowBytes = 4096;

/**
 * aedes writes a packet in many small pieces: these are the packets. Pieces of two packets never share a buffer, and a
 * packet is never cut, since the stream is corked while it is written.
 */
export function writtenPackets(chunks: readonly Buffer[]): WrittenPacket[] {
  const packets: WrittenPacket[] = [];
  const pieces = chunks.filter((chunk) => chunk.length > 0);
  for (let at = 0; at < pieces.length; ) {
    const start = at;
    const size = sizeOf(pieces, start);
    for (let bytes = 0; bytes < size; at++) {
      const piece = pieces[at];
      if (!piece) throw new TypeError('a packet was written in part');
      bytes += piece.length;
    }
    packets.push(joined(pieces.slice(start, at), size));
  }
  return packets;
}

function sizeOf(pieces: readonly Buffer[], start: number): number {
  const header = Buffer.concat(pieces.slice(start, start + 2));
  const body = bodyStart(header, 0);
  let remaining = 0;
  for (let i = body - 1; i > 0; i--) remaining = remaining * 128 + ((header[i] as number) & 127);
  return body + remaining;
}

function joined(pieces: readonly Buffer[], size: number): WrittenPacket {
  const payload = size < joinBelowBytes ? undefined : pieces.at(-1);
  const head = Buffer.concat(payload ? pieces.slice(0, -1) : pieces);
  const buffers = payload ? [head, payload] : [head];
  const first = head[0] as number;
  const type = first >> 4;
  const isQos1 = type === PacketType.publish && (first & 6) === 2;
  return { type, packetId: isQos1 ? packetIdOf(buffers) : 0, buffers };
}

function packetIdOf(buffers: readonly Buffer[]): number {
  const [head] = buffers as readonly [Buffer];
  const body = bodyStart(head, 0);
  const at = body + 2 + head.readUInt16BE(body);
  // With a long topic and no payload, the identifier itself is what was written last.
  return at + 2 <= head.length ? head.readUInt16BE(at) : Buffer.concat(buffers).readUInt16BE(at);
}
