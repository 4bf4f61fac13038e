import type { CheckResult } from '@iotcore/testkit/faults';

/** The outcome of a scenario. */
export interface Outcome {
  readonly id: string;
  readonly title: string;
  readonly result: 'kept' | 'broken' | 'caught' | 'not caught' | 'not run';
  /** Undefined: it was not run, or failed before there was anything to check. */
  readonly figures: CheckResult | undefined;
  readonly notes: readonly string[];
  readonly seconds: number;
}

export function isGood({ result }: Pick<Outcome, 'result'>): boolean {
  return result === 'kept' || result === 'caught';
}

/** An outcome, and the run that it is from: what the page of results is made of. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly result: Outcome['result'];
  readonly figures?: Omit<CheckResult, 'findings'>;
  readonly notes: readonly string[];
  readonly seconds: number;
  readonly seed: string;
  /** When it began: a day, as `2026-11-22`. */
  readonly date: string;
  /** Programs that wanted the processor at its end (the mean of a minute), and how many processors there are. */
  readonly load: number;
  readonly processors: number;
}

const columns = [
  ['#', ({ id }) => id],
  ['fault', ({ title }) => title],
  ['result', ({ result }) => (isGood({ result }) ? result : `**${result}**`)],
  ['lost', ({ figures }) => figures?.lost],
  ['foreign', ({ figures }) => figures?.foreign],
  ['wrong', ({ figures }) => figures?.wrong],
  ['reordered', ({ figures }) => figures?.reordered],
  ['duplicated', ({ figures }) => figures?.duplicated],
  ['died with connection', ({ figures }) => figures?.diedWithConnection],
  ['missed while cut off', ({ figures }) => figures?.leftOut],
  ['recovery, s', ({ figures }) => seconds(figures?.recoverySeconds)],
  ['figures', ({ notes }) => notes.join('; ')],
  [
    'run',
    ({ date, seed, seconds, load }) =>
      `${date}, seed ${seed}, ${seconds.toFixed(0)} s, load ${load.toFixed(1)}`,
  ],
] as const satisfies readonly (readonly [string, (entry: Entry) => string | number | undefined])[];

export function toMarkdown(entries: readonly Entry[]): string {
  const line = (cells: readonly unknown[]) => `| ${cells.map(inCell).join(' | ')} |`;
  return [
    line(columns.map(([head]) => head)),
    line(columns.map(() => '---')),
    ...entries.map((entry) => line(columns.map(([, cell]) => cell(entry)))),
    '',
  ].join('\n');
}

function inCell(value: unknown): string {
  return value === undefined ? '–' : String(value).replaceAll('|', '\\|');
}

function seconds(recovery: number | undefined): string | undefined {
  return recovery === Number.POSITIVE_INFINITY ? 'never' : recovery?.toFixed(1);
}
