import type { ResourceNames } from '@iotcore/contract';
import type { Route } from '../../routing/route.ts';
import { certificateRoutes } from './certificates.ts';
import { logRoutes } from './logs.ts';
import { operationRoutes } from './operations.ts';
import { passwordRoutes } from './passwords.ts';
import { publishRoutes } from './publish.ts';

/** What registries, devices and brokers all have. */
export function sharedRoutes(names: ResourceNames): Route[] {
  return [
    ...certificateRoutes(names),
    ...passwordRoutes(names),
    ...operationRoutes(names),
    ...publishRoutes(names),
    ...logRoutes(names),
  ];
}
