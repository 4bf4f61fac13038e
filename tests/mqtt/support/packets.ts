/** MQTT packets as hex, for the raw client. */

/** A string with its length in front. */
export function text(value: string): string {
  const bytes = Buffer.from(value);
  return bytes.length.toString(16).padStart(4, '0') + bytes.toString('hex');
}

/** `type` is the first byte; `body` everything behind the remaining length, at most 16,383 bytes. */
export function packet(type: string, body: string): string {
  const length = body.length / 2;
  const bytes = length < 128 ? [length] : [(length % 128) | 128, length >> 7];
  return type + Buffer.from(bytes).toString('hex') + body;
}
