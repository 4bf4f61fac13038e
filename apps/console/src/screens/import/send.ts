/** Sends the entries of a file in as many calls as they need, and says of each line what became of it. */
import { type ImportOutcome, importResources } from '@iotcore/sdk';
import { ask, client } from '../../api/client.ts';
import type { Entry } from './read-devices.ts';

export interface RowResult {
  readonly line: number;
  readonly id: string;
  readonly kind: 'DEVICE' | 'CERTIFICATE';
  readonly outcome: ImportOutcome;
  readonly reason?: string | undefined;
}

/** Of one call; the API takes 1,000 entries and 8 MiB. */
const maxEntries = 1000;
const maxCharacters = 2_000_000;

interface Options {
  readonly isDryRun: boolean;
  readonly overwrite: boolean;
  readonly onProgress: (done: number) => void;
}

export async function sendEntries(
  entries: readonly Entry[],
  { isDryRun, overwrite, onProgress }: Options,
): Promise<readonly RowResult[]> {
  const found: RowResult[] = [];
  let done = 0;
  for (const batch of inBatches(entries)) {
    const lines = [
      ...batch.map(({ line }) => ({ line })),
      ...batch.flatMap(({ line, certificates }) => certificates.map(() => ({ line }))),
    ];
    const body = {
      overwrite,
      dryRun: isDryRun,
      devices: batch.map(({ device }) => device),
      certificates: batch.flatMap(({ certificates }) => certificates),
    };
    const { results } = await ask(importResources({ client, body: body as never }));
    for (const [at, { kind, id, outcome, reason }] of results.entries())
      found.push({ line: lines[at]?.line ?? 0, id, kind: kind as RowResult['kind'], outcome, reason });
    done += batch.length;
    onProgress(done);
  }
  return found;
}

/** A device and its certificates stay together. */
function* inBatches(entries: readonly Entry[]): Generator<Entry[]> {
  let batch: Entry[] = [];
  let count = 0;
  let characters = 0;
  for (const entry of entries) {
    const size = JSON.stringify(entry).length;
    const parts = 1 + entry.certificates.length;
    if (batch.length > 0 && (count + parts > maxEntries || characters + size > maxCharacters)) {
      yield batch;
      batch = [];
      count = 0;
      characters = 0;
    }
    batch.push(entry);
    count += parts;
    characters += size;
  }
  if (batch.length > 0) yield batch;
}
