/** Which of the rows of a live view hold a text, looked for once in each row, however often rows are added. */
import type { LiveRow } from './use-watch.ts';

export interface FoundRows {
  readonly text: string;
  /** Newest first, like all. */
  readonly rows: readonly LiveRow[];
  /** Key of the newest row that was looked at. */
  readonly lookedUpTo: number;
}

/** `before`: what was found the last time, when there were fewer rows, or others after them. */
export function findRows(rows: readonly LiveRow[], text: string, before?: FoundRows): FoundRows {
  const known = before?.text === text ? before : { rows: [], lookedUpTo: -1 };
  const oldestKey = rows.at(-1)?.key ?? Number.POSITIVE_INFINITY;
  const bytes = asBytes(text);
  const found: LiveRow[] = [];
  for (const row of rows) {
    if (row.key <= known.lookedUpTo) break;
    if (holds(row, text, bytes)) found.push(row);
  }
  for (const row of known.rows) {
    if (row.key < oldestKey) break;
    found.push(row);
  }
  return { text, rows: found, lookedUpTo: rows[0]?.key ?? known.lookedUpTo };
}

/** In what people read of it; of a payload in its bytes, as to decode thousands would hold up the page. */
function holds(row: LiveRow, text: string, bytes: string): boolean {
  if (row.kind === 'refused') {
    const { reason, rule, clientId, detail } = row.refusal;
    return [reason, rule, clientId, detail].some((part) => part?.includes(text));
  }
  const { topic, payload, publisher } = row.message;
  if (topic.includes(text) || publisher?.id?.includes(text)) return true;
  return payload !== undefined && atob(payload).includes(bytes);
}

/** UTF-8, with a character for each byte, like what `atob` returns. */
function asBytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
