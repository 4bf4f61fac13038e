import { FieldReader } from '../fields/field-reader.ts';
import { PacketError } from '../fields/packet-error.ts';
import type { CodecLimits } from '../fields/packet-type.ts';
import { checkTopicFilter, mostFilters } from '../fields/topic-fields.ts';

export interface UnsubscribePacket {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  readonly filters: readonly string[];
}

/** UNSUBSCRIBE, section 3.10. */
export function decodeUnsubscribe(
  bytes: Buffer,
  start: number,
  end: number,
  limits: CodecLimits,
): UnsubscribePacket {
  const fields = new FieldReader(bytes, start, end);
  const packetId = fields.packetId();
  const filters: string[] = [];
  while (!fields.isAtEnd) {
    const filter = fields.text(); // [MQTT-3.10.3-1]
    checkTopicFilter(filter, limits);
    if (filters.length === mostFilters) throw new PacketError('tooManyFilters');
    filters.push(filter);
  }
  if (filters.length === 0) throw new PacketError('noFilters'); // [MQTT-3.10.3-2]
  return { type: 'unsubscribe', packetId, filters };
}
