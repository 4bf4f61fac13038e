/** Exports whose receivers ask for messages: they need no open port. What is acknowledged is done; the rest comes again. */
import {
  AcknowledgeExportRequest,
  AcknowledgeExportResponse,
  exportId,
  ListExportMessagesQuery,
  ListExportMessagesResponse,
} from '@iotcore/contract';
import type { Clock } from '@iotcore/process';
import type { ControlStore, ExportRow, Reads } from '@iotcore/store/control';
import { eventIdText, readFrame, splitFrames } from '@iotcore/store/exports';
import { errors } from '../../errors/catalogue.ts';
import { text } from '../../messages/json.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import { exportSubject } from './export.ts';
import { names } from './names.ts';

const { tag: service } = names;
const common = { service, permission: 'edit', ids: { exportId }, subject: exportSubject } as const;

/** Between two looks for a caller that waits, in ms. */
const lookEveryMs = 250;
/** Payloads and topics of one answer, before base64. One message always fits. */
const mostBytes = 1024 * 1024;

export const listExportMessages = defineOperation({
  ...common,
  name: 'listExportMessages',
  summary: 'Returns messages of an export that is pulled, as they wait',
  description:
    'From the cursor on, or after a position. The same messages come again until they are acknowledged. With `waitSeconds` the answer waits until there is one.',
  message: ListExportMessagesQuery,
  output: ListExportMessagesResponse,
  async run(
    { input: { after, maxMessages, waitSeconds }, target: row, read, signal },
    { clock }: { readonly clock: Clock },
  ) {
    mustBePulled(row);
    const endsAtMs = clock.nowMs() + waitSeconds * 1000;
    for (;;) {
      const messages = await waiting(read, row.id, after, maxMessages);
      if (messages.length > 0 || clock.nowMs() >= endsAtMs || signal?.aborted) return { messages };
      await clock.sleep(lookEveryMs, signal).catch(() => undefined);
    }
  },
});

export const acknowledgeExport = defineOperation({
  ...common,
  name: 'acknowledgeExport',
  summary: 'Says that messages have been dealt with, up to a position',
  description:
    'That one and all before it. It leaves no operation and no audit event; repeating it does no harm.',
  message: AcknowledgeExportRequest,
  output: AcknowledgeExportResponse,
  async run(
    { input: { position }, target: row },
    { store }: { readonly store: Pick<ControlStore, 'acknowledgeExport'> },
  ) {
    mustBePulled(row);
    const cursor = await store.acknowledgeExport(row.id, BigInt(position) + 1n);
    if (cursor === undefined) throw errors.notFound('Export');
    return { cursor };
  },
});

/** @throws FAILED_PRECONDITION */
function mustBePulled({ target }: ExportRow): void {
  if (!('pull' in (target as object))) throw errors.exportIsNotPulled();
}

async function waiting(read: Reads, id: string, after: string | undefined, most: number) {
  const progress = await read.exports.progress(id);
  if (!progress) throw errors.notFound('Export');
  const cursor = Number(progress.position);
  const from = after === undefined ? cursor : Math.max(cursor, Number(after) + 1);
  const messages = [];
  for (const { position, data } of await read.exports.chunks(id, from, mostBytes))
    for (const [index, frame] of splitFrames(data).entries()) {
      if (position + index < from) continue;
      if (messages.length === most) return messages;
      messages.push(toMessage(position + index, frame));
    }
  return messages;
}

function toMessage(position: number, frame: Buffer) {
  const { eventId, receivedAtMs, deviceId, topic, payload } = readFrame(frame);
  return {
    position: String(position),
    eventId: eventIdText(eventId),
    receivedAt: new Date(receivedAtMs).toISOString(),
    ...text('deviceId', deviceId),
    topic,
    payload: payload.toString('base64'),
  };
}
