/** Lists in JSON that `yc` writes, and what their entries hold. */
import { readFile } from 'node:fs/promises';
import type { AddDataStreamExportRequest, CreateExportRequest } from '@iotcore/sdk';
import { usageError } from '../../errors.ts';

/** What becomes an export here: paused, so that nothing is sent before its owner has looked at it. */
export type ReadExport = {
  /** For people: `trigger telemetry`. */
  readonly title: string;
} & (
  | { readonly export: CreateExportRequest }
  | { readonly registryId: string; readonly dataStream: AddDataStreamExportRequest }
);

export interface ExportReading {
  readonly exports: readonly ReadExport[];
  /** What cannot come over, each with the reason. */
  readonly others: readonly { readonly title: string; readonly reason: string }[];
}

export type Fields = Readonly<Record<string, unknown>>;

/** Sorts what was read of a list. */
export function readingOf(read: readonly (ReadExport | ExportReading['others'][number])[]): ExportReading {
  return {
    exports: read.filter((one): one is ReadExport => !('reason' in one)),
    others: read.filter((one): one is ExportReading['others'][number] => 'reason' in one),
  };
}

/** The entries of a file; none if it is not there, or empty. @throws CliError if it is no list */
export async function readList(file: string, of: string): Promise<readonly unknown[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw usageError(`${file} cannot be read (${error.code})`);
  });
  const list = text.trim() === '' ? [] : parse(text);
  if (Array.isArray(list)) return list;
  throw usageError(`${file} is no JSON list of ${of}`);
}

/** Names of exports are those of all resources; one of the old service may differ in nothing but case and length. */
export function exportName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .slice(0, 50)
    .replace(/^[^a-z]+/, 't-');
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Undefined: it is no JSON. */
export function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
