/** MQTT packets as hex, for the raw client. */

/** A string with its length in front. */
export function text(value: string): string {
  const bytes = Buffer.from(value);
  return bytes.length.toString(16).padStart(4, '0') + bytes.toString('hex');
}

/** `type` is the first byte; `body` everything after the remaining length. */
export function packet(type: string, body: string): string {
  const bytes: number[] = [];
  let rest = body.length / 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return type + Buffer.from(bytes).toString('hex') + body;
}

/** A CONNECT with user name and password, clean session, and a keep alive of a minute unless another is given. */
export function connectPacket(
  username: string,
  password: string,
  clientId: string,
  keepAliveSeconds = 60,
): string {
  const keepAlive = keepAliveSeconds.toString(16).padStart(4, '0');
  return packet('10', `${text('MQTT')}04c2${keepAlive}${text(clientId)}${text(username)}${text(password)}`);
}

/** At QoS 1, or at QoS 0 without an identifier (1–65,535). */
export function publishPacket(topic: string, payload: string | Buffer, id?: number): string {
  const identifier = id === undefined ? '' : id.toString(16).padStart(4, '0');
  return packet(
    id === undefined ? '30' : '32',
    text(topic) + identifier + Buffer.from(payload).toString('hex'),
  );
}

/** Asks for each filter at QoS 1, under the identifier 1. */
export function subscribePacket(...filters: string[]): string {
  return packet('82', `0001${filters.map((filter) => `${text(filter)}01`).join('')}`);
}
