import { FieldReader } from '../fields/field-reader.ts';
import { PacketError } from '../fields/packet-error.ts';
import type { CodecLimits } from '../fields/packet-type.ts';
import { checkTopicFilter, mostFilters } from '../fields/topic-fields.ts';

export interface SubscribePacket {
  readonly type: 'subscribe';
  readonly packetId: number;
  readonly requests: readonly SubscribeRequest[];
}

export interface SubscribeRequest {
  readonly filter: string;
  readonly qos: 0 | 1 | 2;
}

/** SUBSCRIBE, section 3.8. */
export function decodeSubscribe(
  bytes: Buffer,
  start: number,
  end: number,
  limits: CodecLimits,
): SubscribePacket {
  const fields = new FieldReader(bytes, start, end);
  const packetId = fields.packetId();
  const requests: SubscribeRequest[] = [];
  while (!fields.isAtEnd) {
    const filter = fields.text(); // [MQTT-3.8.3-1]
    checkTopicFilter(filter, limits);
    const qos = fields.byte();
    if (qos > 2) throw new PacketError('requestedQos'); // [MQTT-3-8.3-4]
    if (requests.length === mostFilters) throw new PacketError('tooManyFilters');
    requests.push({ filter, qos: qos as 0 | 1 | 2 });
  }
  if (requests.length === 0) throw new PacketError('noFilters'); // [MQTT-3.8.3-3]
  return { type: 'subscribe', packetId, requests };
}
