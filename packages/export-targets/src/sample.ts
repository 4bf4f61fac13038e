import type { OpenedExport } from './opened-export.ts';
import type { OutgoingMessage } from './target.ts';

/** What `:test` sends: it says of itself that it is a sample, and has no place in the log. */
export function sampleMessage(
  { registryId, brokerId }: OpenedExport,
  eventId: string,
  now: Date,
): OutgoingMessage {
  const topic = brokerId === null ? `$registries/${registryId}/events/iotcore-test` : 'iotcore-test';
  const payload = Buffer.from(JSON.stringify({ iotcoreTest: true, at: now.toISOString() }));
  return { position: 0, eventId, receivedAtMs: now.getTime(), deviceId: '', topic, payload };
}
