import { onTestFinished } from 'vitest';
import { Cluster } from './cluster.ts';
import { madeCluster } from './shared.ts';

/** A Postgres of one test's own, to be stopped and started under what uses it; goes with the test. */
export async function startPostgres(): Promise<Cluster> {
  const cluster = await Cluster.create(await madeCluster());
  onTestFinished(() => cluster.remove(), 60_000);
  return cluster;
}
