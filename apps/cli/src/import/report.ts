/** What became of an export, for programs and for people. */

import type { Output } from '../output/output.ts';
import { printable } from '../output/printable.ts';
import { snakeCase } from '../output/snake-case.ts';
import type { Account, DeviceName, Shortfall, Totals } from './account.ts';
import type { Finding } from './finding.ts';

export interface Report {
  readonly source: string;
  readonly dryRun: boolean;
  /** Whether a server was asked. A dry run does without one. */
  readonly server: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Whether everything that was read is on the server now, as it was read (of a dry run: could be). */
  readonly complete: boolean;
  readonly totals: {
    readonly registries: Totals;
    readonly brokers: Totals;
    readonly devices: Totals;
    readonly certificates: Totals;
  };
  /** Folders of the registries and brokers: where to look for them. */
  readonly folders: readonly string[];
  readonly notImported: readonly Shortfall[];
  readonly warnings: readonly Finding[];
  /** How many more there were than are listed above. */
  readonly notListed: { readonly notImported: number; readonly warnings: number };
  /** Devices with neither certificate nor password: these cannot connect yet. */
  readonly devicesWithoutCredentials: readonly DeviceName[];
}

interface ReportParts {
  readonly source: string;
  readonly dryRun: boolean;
  readonly server: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly devicesWithoutCredentials: readonly DeviceName[];
}

export function makeReport(account: Account, parts: ReportParts): Report {
  const { REGISTRY, BROKER, DEVICE, CERTIFICATE } = account.totals;
  const isOffline = parts.dryRun && !parts.server;
  return {
    ...parts,
    startedAt: parts.startedAt.toISOString(),
    finishedAt: parts.finishedAt.toISOString(),
    complete: isOffline ? account.shortfallCount === 0 : account.isComplete,
    totals: { registries: REGISTRY, brokers: BROKER, devices: DEVICE, certificates: CERTIFICATE },
    folders: [...account.folderIds].sort(),
    notImported: account.shortfalls,
    warnings: account.warnings,
    notListed: {
      notImported: account.shortfallCount - account.shortfalls.length,
      warnings: account.warningCount - account.warnings.length,
    },
    devicesWithoutCredentials: parts.devicesWithoutCredentials,
  };
}

/** As JSON, with names like those of the export. */
export function reportJson(report: Report): string {
  return `${JSON.stringify(snakeCase(report), null, 2)}\n`;
}

/** Lines of each list on a terminal; the JSON has all that are kept. */
const maxLines = 20;

/** The totals on standard output in the format that was asked for; for people the rest on standard error. */
export async function showReport(report: Report, out: Output): Promise<void> {
  if (out.format === 'table' || out.format === 'text') {
    noteList(
      out,
      report.dryRun ? 'Would not come over' : 'Did not come over',
      report.notImported,
      findingLine,
      report.notListed.notImported,
    );
    noteList(out, 'Worth a look', report.warnings, findingLine, report.notListed.warnings);
    noteList(
      out,
      'Devices with neither certificate nor password',
      report.devicesWithoutCredentials,
      ({ registryId, deviceId, name }) => `${deviceId}${name ? ` (${name})` : ''} of registry ${registryId}`,
    );
    await showTotals(report, out);
    for (const folder of report.folders.slice(0, maxLines))
      out.note(printable(`In folder ${folder}: iotcore registry list --folder-id ${folder}`));
    return;
  }
  await out.result(report);
}

function showTotals({ totals }: Report, out: Output): Promise<void> {
  const rows = Object.entries(totals).map(([kind, counts]) => ({ kind, ...counts }));
  const column = (title: string, field: keyof Totals) => ({
    title,
    value: (row: Totals) => row[field],
  });
  const columns = [
    { title: '', value: ({ kind }: { kind: string }) => kind },
    column('READ', 'read'),
    column('CREATED', 'created'),
    column('UNCHANGED', 'unchanged'),
    column('UPDATED', 'updated'),
    column('CONFLICTS', 'conflicts'),
    column('REFUSED', 'refused'),
    column('REPEATED', 'repeated'),
    column('NOT SENT', 'notSent'),
  ];
  return out.rows(rows, columns, undefined);
}

function noteList<T>(
  out: Output,
  title: string,
  list: readonly T[],
  line: (entry: T) => string,
  notListed = 0,
): void {
  if (list.length === 0) return;
  out.note(`${title}: ${list.length + notListed}`);
  for (const entry of list.slice(0, maxLines)) out.note(`  ${printable(line(entry))}`);
  if (list.length > maxLines)
    out.note(`  … and ${list.length + notListed - maxLines} more: --report <file> has ${listed(notListed)}`);
}

const listed = (notListed: number) => (notListed === 0 ? 'all of them' : 'the first ten thousand');

function findingLine(finding: Finding & Partial<Shortfall>): string {
  const { file, entry, kind, id, fingerprint, outcome, reason, differences = [], advice } = finding;
  const place = entry === undefined ? file : `${file}[${entry}]`;
  const subject = [kind?.toLowerCase(), id, fingerprint].filter(Boolean).join(' ');
  const differing = differences.length > 0 ? ` (differs in ${differences.join(', ')})` : '';
  return [
    `${place}: ${subject}${subject && ': '}${outcome === 'CONFLICT' ? 'conflict: ' : ''}${reason}${differing}`,
    advice,
  ]
    .filter(Boolean)
    .join(' ');
}
