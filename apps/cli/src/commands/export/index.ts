/** `iotcore export …`: messages handed on to other systems. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addFolderOption } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import { listExports } from '../../resources/exports.ts';
import { withExamples } from '../examples.ts';
import { reportRemoval } from '../shared/report.ts';
import { registerCreate } from './create.ts';
import { registerDeadLetters } from './dead-letters.ts';
import { addExportSelection, type ExportOptions, selectedExport } from './selection.ts';
import { registerSteering } from './steering.ts';

export function register(program: Command, context: CliContext): void {
  const group = program
    .command('export')
    .alias('exports')
    .description('Manage exports: messages handed on to other systems');
  registerCreate(group, context);
  registerList(group, context);
  registerGet(group, context);
  registerSteering(group, context);
  registerDeadLetters(group, context);
  registerDelete(group, context);
}

function registerList(parent: Command, context: CliContext): void {
  const list = addFolderOption(parent.command('list'))
    .description('List the exports of a folder')
    .option('--limit <n>', 'exports at most', count(1))
    .action(async (options: { folderId?: string; limit?: number }) => {
      const folderId = await context.configuration.folderId(options.folderId);
      await context.out.rows(
        listExports(await context.api(), folderId, options.limit),
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'NAME', value: ({ name }) => name },
          { title: 'SOURCE', value: ({ source }) => source.deviceId ?? source.registryId ?? source.brokerId },
          { title: 'TARGET', value: ({ target }) => Object.keys(target)[0] },
          { title: 'PAUSED', value: ({ paused }) => (paused ? 'yes' : '') },
        ],
        `no exports in the folder ${folderId}`,
      );
    });
  withExamples(list, 'iotcore export list');
}

function registerGet(parent: Command, context: CliContext): void {
  const get = addExportSelection(parent.command('get'))
    .description('Show an export, and how far it has come')
    .action(async (either: string | undefined, options: ExportOptions) => {
      const { client, exportId } = await selectedExport(context, either, options);
      const query = { exportView: 'FULL' } as const;
      await context.out.result(await answer(sdk.getExport({ client, path: { exportId }, query })));
    });
  withExamples(get, 'iotcore export get telemetry');
}

function registerDelete(parent: Command, context: CliContext): void {
  const remove = addExportSelection(parent.command('delete'))
    .description('Delete an export with its log: what it still owed is not sent')
    .action(async (either: string | undefined, options: ExportOptions) => {
      const { client, exportId } = await selectedExport(context, either, options);
      const operation = await answer(sdk.deleteExport({ client, path: { exportId } }));
      reportRemoval(context, operation, `the export ${exportId}`);
    });
  withExamples(remove, 'iotcore export delete telemetry');
}
