/** `iotcore broker …`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addFolderOption } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import { brokerKind, listBrokers } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { registerCertificates } from '../shared/certificates.ts';
import {
  addCreationOptions,
  addLogOptions,
  creationFields,
  type FieldOptions,
  logOptionsOf,
} from '../shared/fields.ts';
import { registerDelete, registerGet } from '../shared/get-and-delete.ts';
import { registerLabels } from '../shared/labels.ts';
import { registerLogs } from '../shared/logs.ts';
import { registerPasswords } from '../shared/passwords.ts';
import { reportChange } from '../shared/report.ts';
import { registerUpdate } from '../shared/update.ts';

export function register(program: Command, context: CliContext): void {
  const broker = program
    .command('broker')
    .alias('brokers')
    .description('Manage brokers: topic spaces without registries and devices');
  registerCreate(broker, context);
  registerGet(broker, brokerKind, context);
  registerList(broker, context);
  addLogOptions(registerUpdate(broker, brokerKind, context));
  registerDelete(broker, brokerKind, context, { consequence: 'its sessions end' });
  registerLabels(broker, brokerKind, context);
  registerLogs(broker, brokerKind, context);
  registerCertificates(broker, brokerKind, context);
  registerPasswords(broker, brokerKind, context);
}

function registerCreate(parent: Command, context: CliContext): void {
  const create = addLogOptions(addFolderOption(addCreationOptions(parent.command('create'), 'broker')))
    .description('Create a broker')
    .action(async (name: string | undefined, options: FieldOptions & { folderId?: string }) => {
      const folderId = await context.configuration.folderId(options.folderId);
      const { fields, shown } = await creationFields(context, name, options);
      const client = await context.api();
      const body = { folderId, ...fields, ...logOptionsOf(options) };
      const operation = await answer(sdk.createBroker({ client, body }));
      await reportChange(context, operation, shown);
    });
  withExamples(create, 'iotcore broker create hall --generate-password');
}

function registerList(parent: Command, context: CliContext): void {
  const list = addFolderOption(parent.command('list'))
    .description('List the brokers of a folder')
    .option('--limit <n>', 'brokers at most', count(1))
    .action(async (options: { folderId?: string; limit?: number }) => {
      const folderId = await context.configuration.folderId(options.folderId);
      await context.out.rows(listBrokers(await context.api(), folderId, options.limit), [
        { title: 'ID', value: ({ id }) => id },
        { title: 'NAME', value: ({ name }) => name },
        { title: 'STATUS', value: ({ status }) => status },
        { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
        { title: 'LABELS', value: ({ labels }) => labels },
      ]);
    });
  withExamples(list, 'iotcore broker list');
}
