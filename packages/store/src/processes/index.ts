export { ProcessReporter, type ProcessReporterParts } from './process-reporter.ts';
export type { Figures, TenantCounts, TenantSample } from './samples.ts';
