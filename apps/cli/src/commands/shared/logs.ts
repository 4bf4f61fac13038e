/** `registry|device|broker logs`: the connection log. */
import type { Client, LogEntry } from '@iotcore/sdk';
import type { Command } from 'commander';
import { everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { count, pastTime, words } from '../../options/values.ts';
import { LinesInBoth } from '../../output/lines-in-both.ts';
import type { Column } from '../../output/table.ts';
import type { Kind } from '../../resources/kinds.ts';
import { eventsOf, gapNote, openView, watchPath } from '../../watch.ts';
import { exampleOf, withExamples } from '../examples.ts';

interface LogOptions extends SelectionOptions {
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
  readonly levels?: readonly string[];
  readonly follow?: boolean;
}

const columns: readonly Column<LogEntry>[] = [
  { title: 'TIME', value: ({ at }) => at },
  { title: 'LEVEL', value: ({ level }) => level },
  { title: 'MESSAGE', value: ({ message }) => message },
];

const defaultLimit = 100;

export function registerLogs(parent: Command, kind: Kind, context: CliContext): void {
  const { noun } = kind;
  const logs = addSelection(parent.command('logs'), kind)
    .description(`Show the connection log of a ${noun}, oldest first`)
    .option('--since <time>', 'nothing older: 2h, 15:04:05, 2026-11-30T15:04:05Z')
    .option('--until <time>', 'nothing newer, written likewise')
    .option('--limit <n>', 'lines at most, the newest', count(1), defaultLimit)
    .option('--levels <list>', 'only lines of these levels, such as WARN,ERROR', words)
    .option('-f, --follow', 'go on with what is logged from now on, until Ctrl-C')
    .action(async (either: string | undefined, options: LogOptions) => {
      const { since, until } = options;
      const range = {
        ...(since === undefined ? {} : { since: pastTime(since, context.now()).toISOString() }),
        ...(until === undefined ? {} : { until: pastTime(until, context.now()).toISOString() }),
      };
      const { client, id } = await selected(context, kind, either, options);
      const levels = options.levels?.map((level) => level.toUpperCase());
      const wanted = ({ level }: LogEntry) => levels?.includes(level) ?? true;
      const entries = entriesOf({ client, kind, id, range, wanted, options, context });
      if (options.follow) await context.out.stream(entries, columns);
      else await context.out.rows(entries, columns, 'no such lines');
    });
  withExamples(logs, `iotcore ${noun} logs ${exampleOf(noun)} --since 2h`);
}

interface LogSource {
  readonly client: Client;
  readonly kind: Kind;
  readonly id: string;
  readonly range: { readonly since?: string; readonly until?: string };
  readonly options: LogOptions;
  readonly context: CliContext;
  wanted(entry: LogEntry): boolean;
}

async function* entriesOf(source: LogSource): AsyncGenerator<LogEntry> {
  const { client, kind, id, range, options, context, wanted } = source;
  const { signal, out } = context;
  // Opened before the past is read: what is written meanwhile is in both, and is shown once.
  const view = options.follow ? await openView(client, watchPath(kind, id, 'logs'), {}, signal) : undefined;
  const newest = (await read(source, range, options.limit, wanted)).reverse();
  yield* newest;
  if (!view) return;
  const shown = new LinesInBoth(newest);
  for await (const { event, data } of eventsOf(view, signal)) {
    if (event === 'dropped') out.note(`${data['count']} lines were more than can be shown`);
    if (event === 'gap') out.note(gapNote(data, 'lines'));
    if (event !== 'entry') continue;
    const entry = data as unknown as LogEntry;
    if (!shown.take(entry) && wanted(entry)) yield entry;
  }
}

/** The newest entries of a time range, newest first. */
async function read(
  { client, kind, id }: LogSource,
  range: { readonly since?: string; readonly until?: string },
  limit: number,
  wanted: (entry: LogEntry) => boolean,
): Promise<LogEntry[]> {
  const pages = everyPage(async (page) => {
    const { entries: items, nextPageToken } = await kind.logs(client, id, { ...range, ...page });
    return { items, nextPageToken };
  });
  const found: LogEntry[] = [];
  for await (const entry of pages) {
    if (wanted(entry)) found.push(entry);
    if (found.length >= limit) break;
  }
  return found;
}
