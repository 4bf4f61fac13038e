/** CloudEvents 1.0: https://github.com/cloudevents/spec, its JSON format and its HTTP binding. */
import type { ExportIdentity, OutgoingMessage } from '../target.ts';
import { jsonOf } from './json.ts';

const cloudEventType = 'iotcore.message';

function attributesOf({ registryId, brokerId }: ExportIdentity, message: OutgoingMessage) {
  return {
    specversion: '1.0',
    id: message.eventId,
    type: cloudEventType,
    source: brokerId === null ? `/registries/${registryId}` : `/brokers/${brokerId}`,
    subject: message.topic,
    time: new Date(message.receivedAtMs).toISOString(),
    ...(message.deviceId !== '' && { deviceid: message.deviceId }),
  };
}

/** One event. A payload that is JSON is its data as it stands, digit by digit; any other goes as base64. */
export function cloudEvent(identity: ExportIdentity, message: OutgoingMessage): string {
  const attributes = attributesOf(identity, message);
  const json = jsonOf(message.payload);
  if (json === undefined)
    return JSON.stringify({ ...attributes, data_base64: message.payload.toString('base64') });
  const head = JSON.stringify({ ...attributes, datacontenttype: 'application/json' });
  return `${head.slice(0, -1)},"data":${json}}`;
}

export function cloudEvents(identity: ExportIdentity, batch: readonly OutgoingMessage[]): string {
  return `[${batch.map((message) => cloudEvent(identity, message)).join()}]`;
}

/** The attributes as headers of HTTP; what is not printable ASCII is percent-encoded. */
export function cloudEventHeaders(
  identity: ExportIdentity,
  message: OutgoingMessage,
): Record<string, string> {
  const entries = Object.entries(attributesOf(identity, message));
  return Object.fromEntries(entries.map(([name, value]) => [`ce-${name}`, encode(value)]));
}

function encode(value: string): string {
  return value.replaceAll(/[^\x21\x23\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character));
}
