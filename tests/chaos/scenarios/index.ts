import type { Scenario } from '../scenario.ts';
import { acknowledgesFirst, deafToRevocation } from './broken-builds.ts';
import { certificateRotation } from './certificate-rotation.ts';
import { clockJumps } from './clock-jumps.ts';
import { control } from './control.ts';
import { controlPlaneKilled } from './control-plane-killed.ts';
import { dataPlaneKilled } from './data-plane-killed.ts';
import { diskFull } from './disk-full.ts';
import { drained } from './drain.ts';
import { everythingKilled } from './everything-killed.ts';
import { failover } from './failover.ts';
import { halfOpenTls } from './half-open-tls.ts';
import { cutEverywhere, halfOpen, thinLink } from './networks.ts';
import { postgresKilled } from './postgres-killed.ts';
import { postgresSlow, slotsExhausted } from './postgres-slow.ts';
import { postgresStopped } from './postgres-stopped.ts';
import { handlesExhausted, memoryPressure } from './process-faults.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import { changeEventLost } from './revocation.ts';
import { schemaMigration } from './schema-migration.ts';
import { slowConsumers } from './slow-consumers.ts';
import { supervised } from './supervised.ts';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  control,
  postgresStopped,
  postgresSlow,
  failover,
  postgresKilled,
  slotsExhausted,
  dataPlaneKilled,
  supervised,
  controlPlaneKilled,
  everythingKilled,
  diskFull,
  clockJumps,
  reconnectStorm,
  slowConsumers,
  halfOpen,
  cutEverywhere,
  thinLink,
  certificateRotation,
  changeEventLost,
  schemaMigration,
  drained,
  memoryPressure,
  handlesExhausted,
  halfOpenTls,
  acknowledgesFirst,
  deafToRevocation,
];
