import { FieldReader } from '../fields/field-reader.ts';

export interface PubackPacket {
  readonly type: 'puback';
  readonly packetId: number;
}

export const pubackBytes = 4;

/** PUBACK, section 3.4. */
export function decodePuback(bytes: Buffer, start: number, end: number): PubackPacket {
  const fields = new FieldReader(bytes, start, end);
  const packetId = fields.packetId();
  fields.finish();
  return { type: 'puback', packetId };
}

/**
 * The identifier of the packet at [start, end), whose header is right, if it is a PUBACK in its shortest encoding; 0: it is not.
 * A message costs one of them each receiver, so they are read without an object for each.
 */
export function pubackId(bytes: Buffer, start: number, end: number): number {
  const isShortest = bytes[start] === 0x40 && end - start === pubackBytes;
  return isShortest ? ((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number) : 0;
}

/** Writes a PUBACK with the identifier of the PUBLISH that it answers [MQTT-2.3.1-6]. */
export function writePuback(bytes: Uint8Array, at: number, packetId: number): void {
  bytes[at] = 0x40;
  bytes[at + 1] = 2;
  bytes[at + 2] = packetId >> 8;
  bytes[at + 3] = packetId & 255;
}
