/** `iotcore audit …`: who did what. */
import { codeName } from '@iotcore/model';
import * as sdk from '@iotcore/sdk';
import { type Command, Option } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { count, pastTime } from '../../options/values.ts';
import { withExamples } from '../examples.ts';

interface ListOptions {
  readonly folderId?: string;
  readonly resourceKind?: string;
  readonly resourceId?: string;
  readonly callerId?: string;
  readonly eventType?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

const defaultLimit = 100;
const kinds = ['registry', 'device', 'broker', 'service_account'];

export function register(program: Command, context: CliContext): void {
  const audit = program.command('audit').description('Look up who did what');
  const list = audit
    .command('list')
    .description('List audit events, newest first')
    .option('--folder-id <id>', 'only those of this folder; needed unless the token is for every folder')
    .addOption(new Option('--resource-kind <kind>', 'only those about such a resource').choices(kinds))
    .option('--resource-id <id>', 'only those about this resource')
    .option('--caller-id <id>', 'only what this account did')
    .option('--event-type <type>', 'only those of this type, such as devices.CreateDevice')
    .option('--since <time>', 'nothing older: 2h, 15:04:05, 2026-11-30T15:04:05Z')
    .option('--until <time>', 'nothing newer, written likewise')
    .option('--limit <n>', 'as many at most', count(1), defaultLimit)
    .action(async ({ limit, ...options }: ListOptions) => {
      const client = await context.api();
      const filter = filterOf(options, context.now());
      const events = everyPage(
        async (page) => {
          const call = sdk.listAuditEvents({ client, query: { ...filter, ...page } });
          const { auditEvents: items, nextPageToken } = await answer(call);
          return { items, nextPageToken };
        },
        { limit },
      );
      await context.out.rows(
        events,
        [
          { title: 'TIME', value: ({ at }) => at },
          { title: 'EVENT', value: ({ eventType }) => eventType },
          { title: 'RESOURCE ID', value: ({ resourceId }) => resourceId },
          { title: 'FOLDER ID', value: ({ folderId }) => folderId },
          { title: 'CALLER ID', value: ({ callerId }) => callerId },
          { title: 'ADDRESS', value: ({ remoteIp }) => remoteIp },
          { title: 'CODE', value: ({ code }) => codeName(code) },
        ],
        'no such audit events',
      );
    });
  withExamples(list, 'iotcore audit list', 'iotcore audit list --event-type devices.CreateDevice --since 2h');
}

function filterOf({ resourceKind, since, until, ...same }: Omit<ListOptions, 'limit'>, now: Date) {
  return {
    ...same,
    ...(resourceKind && {
      resourceKind: resourceKind.toUpperCase() as NonNullable<sdk.AuditEvent['resourceKind']>,
    }),
    ...(since && { since: pastTime(since, now).toISOString() }),
    ...(until && { until: pastTime(until, now).toISOString() }),
  };
}
