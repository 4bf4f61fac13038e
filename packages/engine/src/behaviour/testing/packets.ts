/** Packets of a client, byte by byte, for tests that must know exactly what is sent and in which piece. */
export interface ConnectFields {
  readonly clientId?: string;
  readonly cleanSession?: boolean;
  readonly keepAliveSeconds?: number;
  readonly username?: string;
  readonly will?: { readonly topic: string; readonly payload: string };
}

export function connect(fields: ConnectFields = {}): Buffer {
  const { clientId = 'raw', cleanSession = true, keepAliveSeconds = 0, username, will } = fields;
  const flags = (cleanSession ? 2 : 0) | (username === undefined ? 0 : 0x80) | (will === undefined ? 0 : 4);
  return packet(
    0x10,
    text('MQTT'),
    Buffer.from([4, flags]),
    uint16(keepAliveSeconds),
    text(clientId),
    ...(will === undefined ? [] : [text(will.topic), text(will.payload)]),
    username === undefined ? Buffer.alloc(0) : text(username),
  );
}

export function publish(topic: string, payload: string | Buffer, packetId = 0): Buffer {
  const id = packetId === 0 ? Buffer.alloc(0) : uint16(packetId);
  return packet(packetId === 0 ? 0x30 : 0x32, text(topic), id, Buffer.from(payload));
}

export function subscribe(packetId: number, ...requests: readonly (readonly [string, number])[]): Buffer {
  const fields = requests.flatMap(([filter, qos]) => [text(filter), Buffer.from([qos])]);
  return packet(0x82, uint16(packetId), ...fields);
}

export function puback(packetId: number): Buffer {
  return packet(0x40, uint16(packetId));
}

export function suback(packetId: number, ...codes: readonly number[]): Buffer {
  return packet(0x90, uint16(packetId), Buffer.from(codes));
}

export function unsubscribe(packetId: number, ...filters: readonly string[]): Buffer {
  return packet(0xa2, uint16(packetId), ...filters.map(text));
}

export function unsuback(packetId: number): Buffer {
  return packet(0xb0, uint16(packetId));
}

export function connack(code: number): Buffer {
  return Buffer.from([0x20, 2, 0, code]);
}

export const pingreq = Buffer.from([0xc0, 0]);
export const pingresp = Buffer.from([0xd0, 0]);
export const disconnect = Buffer.from([0xe0, 0]);

function packet(firstByte: number, ...fields: readonly Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  const header = [firstByte];
  let rest = body.length;
  while (rest >= 128) {
    header.push((rest & 127) | 128);
    rest >>= 7;
  }
  header.push(rest);
  return Buffer.concat([Buffer.from(header), body]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint16(bytes.length), bytes]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
