import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { Cluster } from './cluster.ts';
import { madeCluster } from './shared.ts';

/** A Postgres of one test's own, to be stopped and started under what uses it; goes with the test. */
export async function startPostgres(): Promise<Cluster> {
  const cluster = await Cluster.create(await madeCluster());
  onTestFinished(() => cluster.remove(), 60_000);
  return cluster;
}

/** Declares one for all tests of the file or `describe` it is called in; the returned function gives it inside them. */
export function sharedPostgres(): () => Cluster {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    cluster = await Cluster.create(await madeCluster());
  });
  afterAll(() => cluster?.remove());
  return () => {
    if (!cluster) throw new Error('the Postgres is there within tests only');
    return cluster;
  };
}
