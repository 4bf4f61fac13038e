export { ProcessReporter, type ProcessReporterParts } from './process-reporter.ts';
export { connectionsToldEveryMs, type Figures, type TenantCounts, type TenantSample } from './samples.ts';
