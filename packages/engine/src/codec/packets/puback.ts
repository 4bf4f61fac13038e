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

/** Writes a PUBACK with the identifier of the PUBLISH that it answers [MQTT-2.3.1-6]. */
export function writePuback(bytes: Uint8Array, at: number, packetId: number): void {
  bytes[at] = 0x40;
  bytes[at + 1] = 2;
  bytes[at + 2] = packetId >> 8;
  bytes[at + 3] = packetId & 255;
}
