/** `iotcore status`: what there is, on one screen. Whether it is well, `iotcore doctor` says. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { probe } from '../../doctor/probe.ts';
import { listRefusedClients } from '../../resources/refused-clients.ts';
import { withExamples } from '../examples.ts';

interface Row {
  readonly part: string;
  readonly status: string;
}

/** Of refused clients that are counted: beyond, how many there are is no longer the question. */
const mostRefused = 1000;
const recentMs = 3_600_000;
/** Where the accounts of the whole installation are; it holds nothing else. */
const everywhere = '*';

export function register(program: Command, context: CliContext): void {
  const status = program
    .command('status')
    .description('Show what runs and what it holds: API, MQTT server, folders, resources, refused clients')
    .action(async () => {
      const columns = [
        { title: 'PART', value: ({ part }: Row) => part },
        { title: 'STATUS', value: (row: Row) => row.status },
      ];
      await context.out.rows(describe(context), columns, undefined);
    });
  withExamples(status, 'iotcore status');
}

async function* describe(context: CliContext): AsyncGenerator<Row> {
  const client = await context.api();
  const folders = await listFolders(client);
  yield { part: 'API', status: `${await context.configuration.endpoint()} answers` };
  const admin = (await context.configuration.running())?.addresses['admin'];
  if (admin !== undefined) yield { part: 'MQTT server', status: await describeMqtt(admin) };
  yield { part: 'folders', status: String(folders.length) };
  const counts = { registries: 0, brokers: 0 };
  for (const folderId of folders) {
    counts.registries += await count(listRegistries(client, folderId));
    counts.brokers += await count(listBrokers(client, folderId));
  }
  yield { part: 'registries', status: String(counts.registries) };
  yield { part: 'brokers', status: String(counts.brokers) };
  const since = new Date(context.now().getTime() - recentMs).toISOString();
  const refused = await count(listRefusedClients(client, { since }, mostRefused));
  const many = refused === mostRefused ? ' or more' : '';
  yield { part: 'refused clients of the last hour', status: `${refused}${many}` };
}

async function describeMqtt(admin: string): Promise<string> {
  const [ready, metrics] = await Promise.all([probe(`${admin}/readyz`), probe(`${admin}/metrics`)]);
  if (ready === undefined) return `${admin} does not answer`;
  const sessions = /^iotcore_mqtt_sessions (\d+)$/m.exec((await metrics?.text()) ?? '')?.[1];
  return `${ready.ok ? 'serves' : 'is not ready'}, ${sessions ?? 'unknown'} sessions`;
}

async function listFolders(client: sdk.Client): Promise<string[]> {
  const ids: string[] = [];
  const folders = everyPage(async (query) => {
    const { folders: items, nextPageToken } = await answer(sdk.listFolders({ client, query }));
    return { items, nextPageToken };
  });
  for await (const { id } of folders) if (id !== everywhere) ids.push(id);
  return ids;
}

function listRegistries(client: sdk.Client, folderId: string): AsyncGenerator<sdk.Registry> {
  return everyPage(async (page) => {
    const call = sdk.listRegistries({ client, query: { folderId, ...page } });
    const { registries: items, nextPageToken } = await answer(call);
    return { items, nextPageToken };
  });
}

function listBrokers(client: sdk.Client, folderId: string): AsyncGenerator<sdk.Broker> {
  return everyPage(async (page) => {
    const { brokers: items, nextPageToken } = await answer(
      sdk.listBrokers({ client, query: { folderId, ...page } }),
    );
    return { items, nextPageToken };
  });
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _item of items) counted += 1;
  return counted;
}
