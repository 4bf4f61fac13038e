export { ProcessReporter, type ProcessReporterParts } from './process-reporter.ts';
export type { Figures, TenantSample } from './samples.ts';
