/** `iotcore export dead-letter …`: messages that the target has refused for good. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { words } from '../../options/values.ts';
import { withExamples } from '../examples.ts';
import { reportChange, reportRemoval } from '../shared/report.ts';
import { addExportSelection, type ExportOptions, selectedExport } from './selection.ts';

/** The most of a page. */
const pageSize = 100;

export function registerDeadLetters(parent: Command, context: CliContext): void {
  const letters = parent
    .command('dead-letter')
    .alias('dead-letters')
    .description('Messages that the target has refused for good');
  registerList(letters, context);
  registerRedeliver(letters, context);
  registerDelete(letters, context);
}

function registerList(parent: Command, context: CliContext): void {
  const list = addExportSelection(parent.command('list'))
    .description('List the dead letters of an export')
    .action(async (either: string | undefined, options: ExportOptions) => {
      const { client, exportId } = await selectedExport(context, either, options);
      const letters = everyPage(
        async (query) => {
          const { deadLetters: items, nextPageToken } = await answer(
            sdk.listExportDeadLetters({ client, path: { exportId }, query }),
          );
          return { items, nextPageToken };
        },
        { pageSize },
      );
      await context.out.rows(
        letters,
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'AT', value: ({ at }) => at },
          { title: 'TOPIC', value: ({ topic }) => topic },
          { title: 'REASON', value: ({ reason }) => reason },
        ],
        'no dead letters',
      );
    });
  withExamples(list, 'iotcore export dead-letter list telemetry');
}

function registerRedeliver(parent: Command, context: CliContext): void {
  const redeliver = addExportSelection(parent.command('redeliver'))
    .description('Send dead letters again, behind what waits')
    .option('--all', 'all of them')
    .option('--letter-id <ids>', 'these, with commas between', words)
    .action(
      async (either: string | undefined, options: ExportOptions & { all?: true; letterId?: string[] }) => {
        const { all, letterId: ids } = options;
        if ((all === undefined) === (ids === undefined)) throw usageError('say which: --all, or --letter-id');
        const { client, exportId } = await selectedExport(context, either, options);
        const body = ids === undefined ? { all: true } : { ids };
        const operation = await answer(sdk.redeliverExportDeadLetters({ client, path: { exportId }, body }));
        await reportChange(context, operation);
      },
    );
  withExamples(redeliver, 'iotcore export dead-letter redeliver telemetry --all');
}

function registerDelete(parent: Command, context: CliContext): void {
  const remove = addExportSelection(parent.command('delete'))
    .description('Remove a dead letter')
    .requiredOption('--letter-id <id>', 'the dead letter')
    .action(async (either: string | undefined, options: ExportOptions & { letterId: string }) => {
      const { client, exportId } = await selectedExport(context, either, options);
      const path = { exportId, deadLetterId: options.letterId };
      const operation = await answer(sdk.deleteExportDeadLetter({ client, path }));
      reportRemoval(context, operation, `the dead letter ${options.letterId}`);
    });
  withExamples(
    remove,
    'iotcore export dead-letter delete telemetry --letter-id 0192f0c1-a2b3-7def-8123-456789abcdef',
  );
}
