import type { Scenario } from '../scenario.ts';
import { certificateRotation } from './clients/certificate-rotation.ts';
import { halfOpenTls } from './clients/half-open-tls.ts';
import { cutEverywhere, halfOpen, thinLink } from './clients/networks.ts';
import { reconnectStorm } from './clients/reconnect-storm.ts';
import { changeEventLost } from './clients/revocation.ts';
import { slowConsumers } from './clients/slow-consumers.ts';
import { clockJumps } from './clock-jumps.ts';
import { nodesAndNats } from './cluster/nodes-and-nats.ts';
import { rollingRestart } from './cluster/rolling-restart.ts';
import { nodeKilled } from './cluster/supervised-nodes.ts';
import { control } from './control.ts';
import { diskFull } from './database/disk-full.ts';
import { failover } from './database/failover.ts';
import { postgresKilled } from './database/postgres-killed.ts';
import { postgresSlow, slotsExhausted } from './database/postgres-slow.ts';
import { postgresStopped } from './database/postgres-stopped.ts';
import { schemaMigration } from './database/schema-migration.ts';
import { exportsKilled } from './exports/exports-killed.ts';
import { acknowledgesFirst, deafToRevocation } from './processes/broken-builds.ts';
import { controlPlaneKilled } from './processes/control-plane-killed.ts';
import { dataPlaneKilled } from './processes/data-plane-killed.ts';
import { drained } from './processes/drain.ts';
import { everythingKilled } from './processes/everything-killed.ts';
import { handlesExhausted, memoryPressure } from './processes/process-faults.ts';
import { supervised } from './processes/supervised.ts';

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
  nodeKilled,
  ...nodesAndNats,
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
  rollingRestart,
  memoryPressure,
  handlesExhausted,
  halfOpenTls,
  ...exportsKilled,
  acknowledgesFirst,
  deafToRevocation,
];
