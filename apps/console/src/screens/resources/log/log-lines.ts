import type { LogEntry } from '@iotcore/sdk';

export interface KeyedLine extends LogEntry {
  readonly key: string;
}

/**
 * Lines, newest first, each with a key of its own: two may say the same at the same millisecond. The oldest of them is the first,
 * so that a line keeps its key when others come, and has the same in the log and in what was written since.
 */
export function withKeys(lines: readonly LogEntry[]): readonly KeyedLine[] {
  const seen = new Map<string, number>();
  return lines
    .toReversed()
    .map((line) => {
      const text = `${line.at} ${line.message}`;
      const count = (seen.get(text) ?? 0) + 1;
      seen.set(text, count);
      return { ...line, key: `${text} ${count}` };
    })
    .toReversed();
}
