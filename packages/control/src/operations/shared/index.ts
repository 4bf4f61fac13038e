import type { ResourceNames } from '@iotcore/contract';
import { certificateOperations } from './certificates.ts';
import { logOperations } from './logs.ts';
import { operationListing } from './operations.ts';
import { passwordOperations } from './passwords.ts';
import { publishOperations } from './publish.ts';
import { sessionOperations } from './sessions.ts';
import { watchOperations } from './watch.ts';

/** What registries, devices and brokers all have. */
export function sharedOperations(names: ResourceNames) {
  return [
    ...certificateOperations(names),
    ...passwordOperations(names),
    ...operationListing(names),
    ...publishOperations(names),
    ...logOperations(names),
    ...sessionOperations(names),
    ...watchOperations(names),
  ];
}
