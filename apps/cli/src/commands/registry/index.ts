/** `iotcore registry …`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import { listRegistries, registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { registerCertificates } from '../shared/certificates.ts';
import { addLogOptions } from '../shared/fields.ts';
import { registerDelete, registerGet } from '../shared/get-and-delete.ts';
import { registerLabels } from '../shared/labels.ts';
import { registerLogs } from '../shared/logs.ts';
import { registerMessages } from '../shared/messages.ts';
import { registerMetrics } from '../shared/metrics.ts';
import { registerPasswords } from '../shared/passwords.ts';
import { reportChange } from '../shared/report.ts';
import { registerSessions } from '../shared/sessions.ts';
import { registerCreate, registerList, type TopLevelKind } from '../shared/top-level.ts';
import { registerUpdate } from '../shared/update.ts';
import { registerYdsExports } from './yds-exports.ts';

const registries: TopLevelKind = {
  noun: 'registry',
  plural: 'registries',
  create: (client, body) => answer(sdk.createRegistry({ client, body })),
  list: listRegistries,
};

export function register(program: Command, context: CliContext): void {
  const registry = program
    .command('registry')
    .alias('registries')
    .description('Manage registries of devices');
  registerCreate(
    registry,
    registries,
    context,
    'iotcore registry create greenhouse --generate-password',
    'iotcore registry create --name orchard --labels country=am --certificate-file valve.crt',
  );
  registerGet(registry, registryKind, context);
  registerList(
    registry,
    registries,
    context,
    'iotcore registry list',
    'iotcore registry list --folder-id default --format json',
  );
  addLogOptions(registerUpdate(registry, registryKind, context));
  registerDelete(registry, registryKind, context, { consequence: 'it must have no devices' });
  registerStatus(registry, context);
  registerLabels(registry, registryKind, context);
  registerAliases(registry, context);
  registerLogs(registry, registryKind, context);
  registerMetrics(registry, registryKind, context);
  registerMessages(registry, registryKind, context);
  registerSessions(registry, registryKind, context);
  registerCertificates(registry, registryKind, context);
  registerPasswords(registry, registryKind, context);
  registerYdsExports(registry, context);
}

function registerStatus(parent: Command, context: CliContext): void {
  const verbs = [
    {
      verb: 'enable',
      call: sdk.enableRegistry,
      what: 'Let a disabled registry and its devices connect again',
    },
    {
      verb: 'disable',
      call: sdk.disableRegistry,
      what: 'Refuse a registry and its devices, and end their sessions',
    },
  ];
  for (const { verb, call, what } of verbs) {
    const command = addSelection(parent.command(verb), registryKind)
      .description(what)
      .action(async (either: string | undefined, options: SelectionOptions) => {
        const { client, id } = await selected(context, registryKind, either, options);
        const operation = await answer(call({ client, path: { registryId: id } }));
        await reportChange(context, operation);
      });
    withExamples(command, `iotcore registry ${verb} greenhouse`);
  }
}

function registerAliases(parent: Command, context: CliContext): void {
  const aliases = addSelection(parent.command('list-device-topic-aliases'), registryKind)
    .description('List the topic aliases of all devices of a registry')
    .option('--limit <n>', 'aliases at most', count(1))
    .action(async (either: string | undefined, options: SelectionOptions & { limit?: number }) => {
      const { client, id } = await selected(context, registryKind, either, options);
      const rows = everyPage(
        async (query) => {
          const page = await answer(sdk.listDeviceTopicAliases({ client, path: { registryId: id }, query }));
          return { items: page.aliases, nextPageToken: page.nextPageToken };
        },
        { limit: options.limit },
      );
      await context.out.rows(
        rows,
        [
          { title: 'DEVICE ID', value: ({ deviceId }) => deviceId },
          { title: 'ALIAS', value: ({ alias }) => alias },
          { title: 'TOPIC PREFIX', value: ({ topicPrefix }) => topicPrefix },
        ],
        'no topic aliases',
      );
    });
  withExamples(aliases, 'iotcore registry list-device-topic-aliases greenhouse');
}
