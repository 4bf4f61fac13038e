/** `registry|device|broker logs`: the connection log. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, LogEntry } from '@iotcore/sdk';
import type { Command } from 'commander';
import { everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addSelection, type SelectionOptions, selected } from '../../options/selection.ts';
import { count, pastTime, words } from '../../options/values.ts';
import type { Column } from '../../output/table.ts';
import type { Kind } from '../../resources/kinds.ts';
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
/** How often the log is asked for what is new. */
const followEveryMs = 1000;

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
      await context.out[options.follow ? 'stream' : 'rows'](entries, columns);
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
  const { options, context, wanted } = source;
  const newest = (await read(source, source.range, options.limit, wanted)).reverse();
  yield* newest;
  if (!options.follow) return;
  // Lines of one instant may come in two answers: the last instant is asked for again, less what was shown of it.
  let since = newest.at(-1)?.at ?? source.range.since ?? new Date(0).toISOString();
  let shown = newest.filter(({ at }) => at === since).map(keyOf);
  while (await passes(context.signal)) {
    const entries = (await read(source, { since }, Number.POSITIVE_INFINITY, () => true)).reverse();
    for (const entry of entries) {
      const known = shown.indexOf(keyOf(entry));
      if (known >= 0) shown.splice(known, 1);
      else if (wanted(entry)) yield entry;
    }
    since = entries.at(-1)?.at ?? since;
    shown = entries.filter(({ at }) => at === since).map(keyOf);
  }
}

const keyOf = ({ at, level, message }: LogEntry) => JSON.stringify([at, level, message]);

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

/** Waits for the next look; false once it is interrupted. */
async function passes(signal: AbortSignal): Promise<boolean> {
  await delay(followEveryMs, undefined, { signal }).catch(() => {});
  return !signal.aborted;
}
