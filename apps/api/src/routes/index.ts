/** Every route of the API, in folders that mirror their paths. */
import type { Route } from '../routing/route.ts';
import { auditEventRoutes } from './ext/v1/audit-events/index.ts';
import { exportRoutes } from './ext/v1/export/index.ts';
import { importRoutes } from './ext/v1/import/index.ts';
import { migrationStatusRoutes } from './ext/v1/migration-status/index.ts';
import { passwordAdoptionRoutes } from './ext/v1/password-adoption/index.ts';
import { serviceAccountRoutes } from './ext/v1/service-accounts/index.ts';
import { tokenRoutes } from './iam/v1/tokens/index.ts';
import { brokerRoutes } from './iot-broker/v1/brokers/index.ts';
import { deviceRoutes } from './iot-devices/v1/devices/index.ts';
import { registryRoutes } from './iot-devices/v1/registries/index.ts';
import { operationRoutes } from './operations/index.ts';

export const routes: readonly Route[] = [
  ...registryRoutes,
  ...deviceRoutes,
  ...brokerRoutes,
  ...operationRoutes,
  ...tokenRoutes,
  ...serviceAccountRoutes,
  ...auditEventRoutes,
  ...passwordAdoptionRoutes,
  ...migrationStatusRoutes,
  ...importRoutes,
  ...exportRoutes,
];
