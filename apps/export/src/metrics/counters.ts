/** What this process did for one export since it began to. */
export interface ExportCounters {
  attempts: number;
  delivered: number;
  sendSeconds: number;
}

/** By export; those that are gone stay until the process ends, so that no counter goes back. */
export class CountersByExport {
  readonly all = new Map<string, ExportCounters>();

  of(exportId: string): ExportCounters {
    const known = this.all.get(exportId);
    if (known) return known;
    const counters = { attempts: 0, delivered: 0, sendSeconds: 0 };
    this.all.set(exportId, counters);
    return counters;
  }
}
