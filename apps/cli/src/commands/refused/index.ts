/** `iotcore refused …`: clients that the MQTT server refused. */
import { type Command, Option } from 'commander';
import type { CliContext } from '../../context.ts';
import { count, pastTime } from '../../options/values.ts';
import { listRefusedClients, refusedColumns, ruleColumns } from '../../resources/refused-clients.ts';
import { withExamples } from '../examples.ts';

interface ListOptions {
  readonly folderId?: string;
  readonly claimedId?: string;
  readonly fingerprint?: string;
  readonly address?: string;
  readonly reason?: string;
  readonly only?: 'known' | 'unknown';
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}

const defaultLimit = 100;

export function register(program: Command, context: CliContext): void {
  const refused = program
    .command('refused')
    .description('Find clients that the MQTT server refused, and the rule that they broke');
  const list = refused
    .command('list')
    .description('List refused clients, those of the last refusal first')
    .option('--folder-id <id>', 'only those that seem to be resources of this folder')
    .option('--claimed-id <id>', 'only those that gave this user name')
    .option('--fingerprint <sha1>', 'only those that showed this certificate')
    .option('--address <ip>', 'only those from this address')
    .option('--reason <text>', 'only those refused for this reason, as the list shows it')
    .addOption(
      new Option('--only <which>', 'those whose ID or certificate a resource has now, or none has').choices([
        'known',
        'unknown',
      ]),
    )
    .option('--since <time>', 'refused since: 2h, 15:04:05, 2026-11-30T15:04:05Z')
    .option('--until <time>', 'not refused since, written likewise')
    .option('--limit <n>', 'as many at most', count(1), defaultLimit)
    .action(async (options: ListOptions) => {
      const rows = listRefusedClients(await context.api(), queryOf(options, context.now()), options.limit);
      await context.out.rows(rows, [...refusedColumns, ...ruleColumns], 'no such client was refused');
    });
  withExamples(
    list,
    'iotcore refused list',
    'iotcore refused list --only unknown --since 1h',
    'iotcore refused list --address 192.0.2.7 --format json',
  );
}

function queryOf({ fingerprint, only, since, until, limit: _limit, ...same }: ListOptions, now: Date) {
  return {
    ...same,
    ...(fingerprint && { certificateFingerprint: fingerprint.replaceAll(':', '').toLowerCase() }),
    ...(only && { filter: only === 'known' ? ('KNOWN' as const) : ('UNKNOWN' as const) }),
    ...(since && { since: pastTime(since, now).toISOString() }),
    ...(until && { until: pastTime(until, now).toISOString() }),
  };
}
