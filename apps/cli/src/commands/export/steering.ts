/** Stopping, moving and trying out an export. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { pastTime } from '../../options/values.ts';
import { withExamples } from '../examples.ts';
import { reportChange } from '../shared/report.ts';
import { addExportSelection, type ExportOptions, selectedExport } from './selection.ts';

export function registerSteering(parent: Command, context: CliContext): void {
  registerSwitch(
    parent,
    context,
    'pause',
    'Stop sending; messages are recorded as before',
    (client, exportId) => answer(sdk.pauseExport({ client, path: { exportId } })),
  );
  registerSwitch(parent, context, 'resume', 'Send again, from where it was stopped', (client, exportId) =>
    answer(sdk.resumeExport({ client, path: { exportId } })),
  );
  registerResult(parent, context, 'test', 'Send one sample to the target, now', (client, exportId) =>
    answer(sdk.testExport({ client, path: { exportId } })),
  );
  registerReplay(parent, context);
  registerSkip(parent, context);
  registerResult(
    parent,
    context,
    'rotate-secret',
    'Make a new secret that requests are signed with, and show it once',
    (client, exportId) => answer(sdk.rotateExportSecret({ client, path: { exportId } })),
  );
  registerAttempts(parent, context);
}

type Call<T> = (client: sdk.Client, exportId: string) => Promise<T>;

function registerSwitch(
  parent: Command,
  context: CliContext,
  name: string,
  description: string,
  call: Call<sdk.Operation>,
): void {
  const command = addExportSelection(parent.command(name))
    .description(description)
    .action(async (either: string | undefined, options: ExportOptions) => {
      const { client, exportId } = await selectedExport(context, either, options);
      await reportChange(context, await call(client, exportId));
    });
  withExamples(command, `iotcore export ${name} telemetry`);
}

function registerResult(
  parent: Command,
  context: CliContext,
  name: string,
  description: string,
  call: Call<object>,
): void {
  const command = addExportSelection(parent.command(name))
    .description(description)
    .action(async (either: string | undefined, options: ExportOptions) => {
      const { client, exportId } = await selectedExport(context, either, options);
      await context.out.result(await call(client, exportId));
    });
  withExamples(command, `iotcore export ${name} telemetry`);
}

function registerReplay(parent: Command, context: CliContext): void {
  const replay = addExportSelection(parent.command('replay'))
    .description('Send once more what was sent already, as far back as the log is kept')
    .option('--since <time>', 'from then on: 1h, 15:04:05 or an RFC 3339 time')
    .option('--position <n>', 'from this position on')
    .action(
      async (either: string | undefined, options: ExportOptions & { since?: string; position?: string }) => {
        const { since, position } = options;
        if ((since === undefined) === (position === undefined))
          throw usageError('say from where: with --since, or with --position');
        const { client, exportId } = await selectedExport(context, either, options);
        const body =
          since === undefined
            ? { position: position ?? '' }
            : { time: pastTime(since, context.now()).toISOString() };
        await reportChange(context, await answer(sdk.replayExport({ client, path: { exportId }, body })));
      },
    );
  withExamples(replay, 'iotcore export replay telemetry --since 1h');
}

function registerSkip(parent: Command, context: CliContext): void {
  const skip = addExportSelection(parent.command('skip'))
    .description('Pass over messages that wait')
    .requiredOption('--position <n>', 'the first message that is to be sent')
    .action(async (either: string | undefined, options: ExportOptions & { position: string }) => {
      const { client, exportId } = await selectedExport(context, either, options);
      const body = { position: options.position };
      await reportChange(context, await answer(sdk.skipExport({ client, path: { exportId }, body })));
    });
  withExamples(skip, 'iotcore export skip telemetry --position 0');
}

function registerAttempts(parent: Command, context: CliContext): void {
  const attempts = addExportSelection(parent.command('attempts'))
    .description('List the last attempts to send, newest first')
    .action(async (either: string | undefined, options: ExportOptions) => {
      const { client, exportId } = await selectedExport(context, either, options);
      const { attempts } = await answer(sdk.listExportAttempts({ client, path: { exportId } }));
      await context.out.rows(
        attempts,
        [
          { title: 'AT', value: ({ at }) => at },
          {
            title: 'POSITIONS',
            value: ({ firstPosition, lastPosition }) => `${firstPosition}-${lastPosition}`,
          },
          { title: 'OUTCOME', value: ({ outcome }) => outcome },
          { title: 'STATUS', value: ({ status }) => status?.toString() },
          { title: 'MS', value: ({ milliseconds }) => milliseconds.toString() },
          { title: 'ERROR', value: ({ error }) => error },
        ],
        'no attempts',
      );
    });
  withExamples(attempts, 'iotcore export attempts telemetry');
}
