/** Taking the messages of an export that is pulled. */
import type { Client } from './generated/client/index.ts';
import { acknowledgeExport, type ExportMessage, listExportMessages } from './generated/index.ts';

export interface ExportedMessagesOptions {
  readonly client: Client;
  readonly exportId: string;
  /** Asked for at a time, 1 to 1,000. Default 100. */
  readonly maxMessages?: number;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
}

/** How long one request waits for a message, in seconds: the longest that the API permits. */
const waitSeconds = 20;

/**
 * The messages of an export, one after the other, for as long as somebody asks. A message counts as dealt with once the next
 * is asked for, and is acknowledged with those that came with it; a program that leaves the loop in the middle of one gets it again.
 *
 * @throws what the API refuses, or the error of a connection: begin anew, nothing is lost
 */
export async function* exportedMessages({
  client,
  exportId,
  maxMessages = 100,
  signal,
}: ExportedMessagesOptions): AsyncGenerator<ExportMessage, void, void> {
  const common = { client, path: { exportId }, throwOnError: true } as const;
  while (!signal?.aborted) {
    const query = { maxMessages, waitSeconds };
    const asked = listExportMessages({ ...common, query, ...(signal && { signal }) });
    const answer = await asked.catch((error: unknown) => {
      if (signal?.aborted) return undefined;
      throw error;
    });
    let position: string | undefined;
    try {
      for (const message of answer?.data.messages ?? []) {
        if (signal?.aborted) return;
        yield message;
        position = message.position;
      }
    } finally {
      if (position !== undefined) await acknowledgeExport({ ...common, body: { position } });
    }
  }
}
