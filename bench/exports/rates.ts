/**
 * How many messages a second each target takes, once so many wait in the log. Before them come a few: a process loads what a target
 * needs when it sends to the first of its kind, which is measured apart.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { EmbeddedPostgres } from '@iotcore/store/embedded';
import { startMockCluster } from '../../tests/debian/kafka/mock-cluster.ts';
import { type Installation, publish } from './installation.ts';

interface Kind {
  readonly what: string;
  readonly target: object;
  readonly batch: { readonly maxMessages: number };
  /** Of those that wait. */
  readonly share: number;
  readonly least: number;
}

const inForceMs = 1500;
const pollMs = 20;
/** By which what a target needs is loaded, and its connection made. */
const firstMessages = 50;

export async function measureRates(
  { call, registryId, publishers, cpu }: Installation,
  tables: EmbeddedPostgres,
  messages: number,
  say: (line: string) => void,
): Promise<boolean> {
  const receiver = createServer((request, response) => request.resume().on('end', () => response.end()));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const webhook = { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` };
  const database = new URL(tables.url);
  const { password } = database;
  database.password = '';
  const table = { url: database.href, password, table: 'telemetry', createTable: true, tls: 'DISABLE' };
  let stopCluster: () => void = () => undefined;
  const cluster = existsSync('/usr/bin/kcat')
    ? await startMockCluster(1, (stop) => {
        stopCluster = stop;
      })
    : undefined;
  if (!cluster) say('Kafka is not measured: Debian’s kcat plays it.\n');
  const kinds: Kind[] = [
    {
      what: 'webhook, one a request',
      target: { webhook },
      batch: { maxMessages: 1 },
      share: 0.1,
      least: 1000,
    },
    {
      what: 'webhook, 100 a request',
      target: { webhook },
      batch: { maxMessages: 100 },
      share: 1,
      least: 10_000,
    },
    {
      what: 'Postgres, 1,000 a statement',
      target: { postgres: table },
      batch: { maxMessages: 1000 },
      share: 1,
      least: 15_000,
    },
    ...(cluster
      ? [
          {
            what: 'Kafka, 1,000 a request',
            target: { kafka: { bootstrapServers: cluster.servers, topic: 'telemetry', tls: 'DISABLE' } },
            batch: { maxMessages: 1000 },
            share: 1,
            least: 15_000,
          },
        ]
      : []),
  ];
  let isKept = true;
  say(
    '| target | messages a second | at least | | export process, µs a message | Postgres, µs | the first of its kind, s |',
  );
  say('| --- | --: | --: | --- | --: | --: | --: |');
  try {
    for (const { what, target, batch, share, least } of kinds) {
      const source = { registryId, mqttTopicFilter: '$devices/+/events/measured' };
      const { response } = await call('POST', '/ext/v1/exports', { source, target, batch, paused: true });
      const path = `/ext/v1/exports/${response.id}`;
      const lag = async () => Number((await call('GET', `${path}?exportView=FULL`)).state.lagMessages);
      /** Publishes, and answers how long it takes until so many are sent, from when the export is resumed. */
      const deliver = async (count: number) => {
        const payload = Buffer.alloc(64, 'x');
        await publish(publishers, count, { qos: 1, subtopic: 'measured', payload });
        const waiting = await lag();
        const before = cpu();
        const began = performance.now();
        await call('POST', `${path}:resume`);
        while ((await lag()) > 0) await pause(pollMs);
        const seconds = (performance.now() - began) / 1000;
        const after = cpu();
        await call('POST', `${path}:pause`);
        const per = (key: 'export' | 'postgres') =>
          (((after[key] - before[key]) * 1000) / waiting).toFixed(0);
        return { seconds, rate: waiting / seconds, sender: per('export'), postgres: per('postgres') };
      };
      await pause(inForceMs);
      const first = await deliver(firstMessages);
      const { rate, sender, postgres } = await deliver(messages * share);
      say(
        `| ${what} | ${rate.toFixed(0)} | ${least} | ${rate >= least ? 'kept' : 'MISSED'} | ${sender} | ${postgres} | ${first.seconds.toFixed(1)} |`,
      );
      isKept &&= rate >= least;
      await call('DELETE', path);
    }
  } finally {
    stopCluster();
    receiver.closeAllConnections();
    receiver.close();
  }
  return isKept;
}
