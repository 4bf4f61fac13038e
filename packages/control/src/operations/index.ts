/** Every operation of the API, by the resources that they are about. Everything that is generated follows this order. */
import type * as pipeline from '../pipeline/operation.ts';
import { disablingOperations } from './access-blocks/disabling.ts';
import { networkBlockOperations } from './access-blocks/network-blocks.ts';
import { browserSessionOperations } from './accounts/browser-sessions.ts';
import { serviceAccountOperations } from './accounts/index.ts';
import { auditEventOperations } from './audit-events.ts';
import { brokerOperations } from './brokers/index.ts';
import { certificateOperations } from './certificates.ts';
import { deviceOperations } from './devices/index.ts';
import { messageExportOperations } from './exports/index.ts';
import { folderOperations } from './folders/index.ts';
import { importOperations } from './import/index.ts';
import { logSummaryOperations } from './log-summary.ts';
import { exportOperations } from './migration/export.ts';
import { migrationStatusOperations } from './migration/migration-status.ts';
import { passwordAdoptionOperations } from './migration/password-adoption.ts';
import type { OperationNeeds } from './needs.ts';
import { operationRecordOperations } from './operation-records.ts';
import { processOperations } from './processes.ts';
import { refusedClientOperations } from './refused-clients.ts';
import { registryOperations } from './registries/index.ts';
import { searchOperations } from './search.ts';
import { tokenOperations } from './tokens.ts';

/** One that this package can run. */
export type ApiOperation = pipeline.ApiOperation<OperationNeeds>;

export const operations: readonly ApiOperation[] = [
  ...registryOperations,
  ...deviceOperations,
  ...brokerOperations,
  ...operationRecordOperations,
  ...folderOperations,
  ...tokenOperations,
  ...browserSessionOperations,
  ...serviceAccountOperations,
  ...auditEventOperations,
  ...refusedClientOperations,
  ...logSummaryOperations,
  ...certificateOperations,
  ...processOperations,
  ...searchOperations,
  ...disablingOperations,
  ...networkBlockOperations,
  ...passwordAdoptionOperations,
  ...migrationStatusOperations,
  ...importOperations,
  ...exportOperations,
  ...messageExportOperations,
];
