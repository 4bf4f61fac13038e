/** Targets of exports that can be taken away, and that tell what reached them. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { eventually, WebhookReceiver } from '@iotcore/testkit/faults';
import { startMockCluster } from '../../../debian/kafka/mock-cluster.ts';
import { Postgres } from '../../fixture/postgres.ts';
import { query } from '../../fixture/queries.ts';
import type { Chaos } from '../../scenario.ts';

/** Told of each message that has arrived, in their order. */
export type Arrived = (topic: string, payload: Buffer) => void;

export interface Sink {
  /** As the API takes it. */
  readonly target: object;
  /** Makes it unreachable until `back`. */
  goAway(): Promise<void>;
  back(): Promise<void>;
  /** Collects what can only be read at the end. */
  collect?(): Promise<void>;
}

/** Batches of the old service's form; it answers what it has taken, or is cut while it does. */
export async function openWebhook(chaos: Chaos, arrived: Arrived): Promise<Sink> {
  const receiver = await WebhookReceiver.start();
  chaos.cleanup(() => receiver.close());
  receiver.behave = ({ body }) => {
    for (const { details } of JSON.parse(body.toString()).messages)
      arrived(details.mqtt_topic, Buffer.from(details.payload, 'base64'));
    // Requests are forgotten once their messages are counted.
    receiver.requests.length = 0;
    return { status: 200 };
  };
  return {
    target: { webhook: { url: receiver.url } },
    goAway: () => receiver.close(),
    back: () => receiver.open(),
  };
}

/** A table in a server of its own, killed and started. Rows lie in the order in which they were inserted. */
export async function openTable(chaos: Chaos, arrived: Arrived): Promise<Sink> {
  const settings = { autovacuum: 'off', fsync: 'off' };
  const server = await Postgres.create({ folder: await chaos.folder(), settings });
  chaos.cleanup(() => server.kill());
  const url = new URL(server.url);
  const { password } = url;
  url.password = '';
  return {
    target: {
      postgres: { url: url.href, password, table: 'telemetry', createTable: true, tls: 'DISABLE' },
    },
    goAway: () => server.kill(),
    back: () => server.start(),
    async collect() {
      const rows = await query<{ topic: string; payload: Buffer }>(
        server.url,
        'SELECT topic, payload FROM telemetry ORDER BY ctid',
      );
      for (const { topic, payload } of rows) arrived(topic, payload);
    },
  };
}

/** The cluster that the library of kcat plays, and that can be frozen; another kcat reads what it holds. */
export async function openKafka(chaos: Chaos, arrived: Arrived): Promise<Sink> {
  const cluster = await startMockCluster(1, (stop) => chaos.cleanup(stop));
  const [server = ''] = cluster.servers;
  const reader = spawn('kcat', ['-C', '-b', server, '-t', 'telemetry', '-o', 'beginning', '-u', '-q'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  chaos.cleanup(() => reader.kill());
  createInterface({ input: reader.stdout }).on('line', (line) => {
    const record = JSON.parse(line);
    arrived(record.mqtt_topic, Buffer.from(record.payload));
  });
  return {
    target: { kafka: { bootstrapServers: [server], topic: 'telemetry', tls: 'DISABLE' } },
    // A stopped process takes no bytes, and keeps the records that it has.
    goAway: async () => void cluster.process.kill('SIGSTOP'),
    back: async () => void cluster.process.kill('SIGCONT'),
  };
}

/** Resolves once nothing waits to be sent. */
export async function drained(
  exportIds: readonly string[],
  lagOf: (exportId: string) => Promise<number>,
  ms: number,
): Promise<void> {
  await eventually(
    'everything to be sent',
    async () => (await Promise.all(exportIds.map(lagOf))).every((lag) => lag === 0),
    ms,
  );
}
