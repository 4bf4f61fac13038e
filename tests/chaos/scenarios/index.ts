import type { Scenario } from '../scenario.ts';
import { acknowledgesFirst, deafToRevocation } from './broken-builds.ts';
import { control } from './control.ts';
import { controlPlaneKilled } from './control-plane-killed.ts';
import { dataPlaneKilled } from './data-plane-killed.ts';
import { drained } from './drain.ts';
import { everythingKilled } from './everything-killed.ts';
import { postgresKilled } from './postgres-killed.ts';
import { postgresStopped } from './postgres-stopped.ts';
import { changeEventLost } from './revocation.ts';

/** In the order of the table. */
export const scenarios: readonly Scenario[] = [
  control,
  postgresStopped,
  postgresKilled,
  dataPlaneKilled,
  controlPlaneKilled,
  everythingKilled,
  changeEventLost,
  drained,
  acknowledgesFirst,
  deafToRevocation,
];
