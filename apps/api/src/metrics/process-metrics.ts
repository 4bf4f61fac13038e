import type { Server } from 'node:net';
import { promisify } from 'node:util';
import { addProcessMetrics } from '@iotcore/process/metrics';
import { Gauge, type Registry } from 'prom-client';

export interface ProcessSources {
  /** The server that callers connect to. */
  readonly server: Server;
  readonly database: {
    readonly totalCount: number;
    readonly idleCount: number;
    /** Queries that wait for a connection. */
    readonly waitingCount: number;
  };
  changeFeedBehindMs(): number;
}

/** What the API holds, read when somebody asks. */
export function addApiMetrics(registry: Registry, sources: ProcessSources): void {
  addProcessMetrics(registry);
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name: `iotcore_api_${name}`,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  const { server, database } = sources;
  const connections = promisify(server.getConnections.bind(server));
  gauge('connections', 'Open connections of callers', connections);
  gauge('database_connections', 'Open connections to the database', () => database.totalCount);
  gauge('database_connections_idle', 'Those that nobody uses', () => database.idleCount);
  gauge('database_waiting', 'Queries that wait for a connection', () => database.waitingCount);
  gauge(
    'change_feed_behind_seconds',
    'For how long changes of accounts may have gone unnoticed',
    () => sources.changeFeedBehindMs() / 1000,
  );
}
