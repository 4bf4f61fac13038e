export * from './export.ts';
export * from './pull.ts';
export { type ExportSettings, fullSettings, type GivenExportSettings } from './settings.ts';
export type { ExportTarget, ShownExportTarget } from './targets.ts';
export { secondsOf } from './values.ts';
