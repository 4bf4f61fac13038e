import { type ReasonSummary, SummarizeLogsQuery, SummarizeLogsResponse } from '@iotcore/contract';
import { refusalRule } from '@iotcore/model';
import type { Clock } from '@iotcore/process';
import type { LogSummaryRow } from '@iotcore/store/control';
import { defineOperation } from '../pipeline/operation.ts';
import { folder } from '../pipeline/subject.ts';
import { instant } from './shared/instant.ts';

const defaultMs = 3_600_000;
/** Named for each reason. */
const mostResources = 10;

export const logSummaryOperations = [
  defineOperation({
    name: 'summarizeLogs',
    service: 'ObservationService',
    summary: 'Sums up the warnings and errors in the connection logs of a folder, by reason',
    description:
      'A client that is refused again and again has some lines of its refusals in the log, not all: `refusedClients` counts each.',
    permission: 'view',
    message: SummarizeLogsQuery,
    output: SummarizeLogsResponse,
    subject: ({ folderId }) => folder(folderId),
    async run({ input: { folderId, since }, read }, { clock }: { readonly clock: Clock }) {
      const from = instant(since) ?? new Date(clock.date().getTime() - defaultMs);
      const { reasons, isComplete } = await read.connectionLog.summarize(folderId, from, mostResources);
      return { reasons: reasons.map(toReasonSummary), complete: isComplete };
    },
  }),
];

function toReasonSummary({ reason, lines, resources, lastAt, top }: LogSummaryRow): ReasonSummary {
  const rule = refusalRule(reason);
  return {
    reason,
    ...(rule !== undefined && { rule }),
    lines: Number(lines),
    resources: Number(resources),
    lastTime: lastAt.toISOString(),
    top: top.map((one) => ({
      kind: one.kind.toUpperCase() as ReasonSummary['top'][number]['kind'],
      id: one.id,
      lines: one.lines,
      lastTime: new Date(one.lastAt).toISOString(),
    })),
  };
}
