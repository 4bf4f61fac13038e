/** What the old service called functions with, and what it wrote to data streams. */
import type { ExportIdentity, OutgoingMessage } from '../target.ts';
import { textOf } from './json.ts';

/** The body of a trigger's call. A broker's messages have the same event type. */
export function triggerBody(identity: ExportIdentity, batch: readonly OutgoingMessage[]): string {
  return JSON.stringify({
    messages: batch.map((message) => ({
      event_metadata: {
        event_id: message.eventId,
        event_type: 'yandex.cloud.events.iot.IoTMessage',
        created_at: new Date(message.receivedAtMs).toISOString(),
        folder_id: identity.folderId,
      },
      details: {
        ...(identity.brokerId === null
          ? { registry_id: identity.registryId, device_id: message.deviceId }
          : { broker_id: identity.brokerId }),
        mqtt_topic: message.topic,
        payload: message.payload.toString('base64'),
      },
    })),
  });
}

/** A record of a data stream. The device is empty if the registry sent it. */
export function streamRecord({ deviceId, topic, payload }: OutgoingMessage): string {
  const text = textOf(payload);
  return JSON.stringify({
    device_id: deviceId,
    mqtt_topic: topic,
    payload: text ?? payload.toString('base64'),
    is_base64: text === undefined,
  });
}
