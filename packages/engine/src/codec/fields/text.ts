import { isUtf8 } from 'node:buffer';
import { PacketError } from './packet-error.ts';

/** Cc is U+0000–U+001F and U+007F–U+009F. MQTT 3.1.1 lets a receiver close for all of these; like Mosquitto, we do. */
const unwelcome = /\p{Cc}|\p{Noncharacter_Code_Point}/u;

/**
 * The text of a UTF-8 string field, strictly: ill-formed sequences, surrogates among them [MQTT-1.5.3-1], the null
 * character [MQTT-1.5.3-2] and control characters are refused. A leading EF BB BF is a character like others and stays
 * [MQTT-1.5.3-3].
 * @throws PacketError
 */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte > 0x7f) return decodeBeyondAscii(bytes, start, end);
    if (byte < 0x20 || byte === 0x7f)
      throw new PacketError(byte === 0 ? 'nullCharacter' : 'controlCharacter');
  }
  return bytes.toString('latin1', start, end);
}

function decodeBeyondAscii(bytes: Buffer, start: number, end: number): string {
  if (!isUtf8(bytes.subarray(start, end))) throw new PacketError('utf8');
  const text = bytes.toString('utf8', start, end);
  if (text.includes('\0')) throw new PacketError('nullCharacter');
  if (unwelcome.test(text)) throw new PacketError('controlCharacter');
  return text;
}
