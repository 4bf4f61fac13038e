/** What an export leaves behind: messages that were refused for good, and attempts. They hold payloads and answers. */
import {
  eventId,
  exportId,
  ListExportAttemptsResponse,
  ListExportDeadLettersQuery,
  ListExportDeadLettersResponse,
  Operation,
  RedeliverExportDeadLettersRequest,
} from '@iotcore/contract';
import type { ControlStore, DeadLetterRow } from '@iotcore/store/control';
import { readFrame } from '@iotcore/store/exports';
import { text } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { exportAction, exportSubject } from './export.ts';
import { names } from './names.ts';

const { tag: service } = names;
const common = { service, permission: 'edit', subject: exportSubject } as const;

export const listExportDeadLetters = defineOperation({
  ...common,
  name: 'listExportDeadLetters',
  summary: 'Lists messages that the target has refused for good',
  ids: { exportId },
  message: ListExportDeadLettersQuery,
  output: ListExportDeadLettersResponse,
  async run({ target, read, page: request, nextPageToken }) {
    const page = await read.exports.deadLetters(target.id, request);
    return { deadLetters: page.rows.map(toDeadLetter), ...nextPageToken(page) };
  },
});

export const redeliverExportDeadLetters = defineOperation({
  ...common,
  ...mutation(names, 'RedeliverExportDeadLetters'),
  summary: 'Sends dead letters again',
  description: 'They go after what waits, in their order.',
  ids: { exportId },
  message: RedeliverExportDeadLettersRequest,
  output: Operation,
  async run(
    { input: { ids }, target: row, commit },
    { store }: { readonly store: Pick<ControlStore, 'redeliverDeadLetters'> },
  ) {
    // Outside of the transaction that records it, which would keep publishers waiting.
    const messages = await store.redeliverDeadLetters(row.id, ids);
    return commit(async (tx) => {
      await tx.exports.announce(row.id);
      return exportAction(row, { messages: String(messages) });
    });
  },
});

export const deleteExportDeadLetter = defineOperation({
  ...common,
  ...mutation(names, 'DeleteExportDeadLetter'),
  summary: 'Removes a dead letter',
  description: 'One that is gone already is no error.',
  ids: { exportId, deadLetterId: eventId },
  output: Operation,
  run: async ({ input: { deadLetterId }, target: row, commit }) =>
    commit(async (tx) => {
      await tx.exports.deleteDeadLetter(row.id, deadLetterId);
      return exportAction(row, { deadLetterId });
    }),
});

export const listExportAttempts = defineOperation({
  ...common,
  name: 'listExportAttempts',
  summary: 'Lists the last attempts to send, newest first',
  ids: { exportId },
  output: ListExportAttemptsResponse,
  async run({ target, read }) {
    const rows = await read.exports.attempts(target.id);
    return {
      attempts: rows.map(({ at, status, error, answer, ...rest }) => ({
        at: at.toISOString(),
        ...rest,
        ...(status !== null && { status }),
        ...text('error', error),
        ...text('answer', answer),
      })),
    };
  },
});

function toDeadLetter({ id, position, at, attempts, reason, answer, frame }: DeadLetterRow) {
  const { receivedAtMs, topic, deviceId, payload } = readFrame(frame);
  return {
    ...{ id, position, at: at.toISOString(), recordedAt: new Date(receivedAtMs).toISOString(), topic },
    ...text('deviceId', deviceId),
    ...{ payload: payload.toString('base64'), attempts, reason },
    ...text('answer', answer),
  };
}
