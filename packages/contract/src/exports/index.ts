export * from './data-streams.ts';
export * from './export.ts';
export * from './pull.ts';
export { type ExportSettings, fullSettings, type GivenExportSettings } from './settings.ts';
export { DataStreamServers, type ExportTarget, type ShownExportTarget } from './targets.ts';
export { secondsOf } from './values.ts';
