/** How records and messages of exports are named: they are ours, the old service has none. */
export const names = {
  protoPackage: 'iotcore.exports.v1',
  auditService: 'exports',
  tag: 'ExportService',
} as const;
export const noun = 'Export';
