import { type Load, shortUnitOf, unitOf } from '../loads.ts';

/** What a load came to on one broker: its best round. */
export interface Figure {
  readonly value: number;
  readonly lost: number;
  /** Of all rounds, lowest first. */
  readonly rounds: readonly number[];
}

export interface Row {
  readonly load: Load;
  /** By broker. */
  readonly figures: ReadonlyMap<string, Figure>;
}

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly version: string;
}

/** Markdown: a row for each load, and ours as a part of Mosquitto's. */
export function table(
  columns: readonly Column[],
  rows: readonly Row[],
  ours: string,
  theirs: string,
): string {
  const heads = [
    'load',
    ...columns.map(({ title, version }) => `${title} ${version}`),
    'ours ÷ Mosquitto',
    'target',
  ];
  const lines = rows.map(({ load, figures }) => {
    const cells = columns.map(({ id }) => cell(figures.get(id)));
    const ratio = ratioOf(figures, ours, theirs);
    return [
      `${load.title} (${unitOf(load.measure)})`,
      ...cells,
      ratio === undefined ? '' : ratio.toFixed(2),
      targetResults({ load, figures }, ours, theirs)
        .map(({ text }) => text)
        .join('; '),
    ];
  });
  const format = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [format(heads), format(heads.map(() => '---')), ...lines.map(format)].join('\n');
}

export function ratioOf(figures: Row['figures'], ours: string, theirs: string): number | undefined {
  const [our, their] = [figures.get(ours), figures.get(theirs)];
  return our && their && their.value > 0 ? our.value / their.value : undefined;
}

export interface TargetResult {
  readonly text: string;
  readonly isKept: boolean;
}

/** Whether each target of a load was kept; one that was not measured is said to be neither. */
export function targetResults({ load, figures }: Row, ours: string, theirs: string): TargetResult[] {
  const bounds = [
    { most: load.target, value: ratioOf(figures, ours, theirs), of: ' of Mosquitto' },
    { most: load.most, value: figures.get(ours)?.value, of: ` ${shortUnitOf(load.measure)}` },
  ];
  return bounds.flatMap(({ most, value, of }) => {
    if (most === undefined) return [];
    const isKept = value !== undefined && value <= most;
    const outcome = value === undefined ? 'not measured' : isKept ? 'kept' : 'missed';
    return [{ text: `≤ ${most}${of}: ${outcome}`, isKept }];
  });
}

/** How many targets were kept, and which were not. */
export function targetsKept(rows: readonly Row[], ours: string, theirs: string): string {
  const all = rows.flatMap((row) =>
    targetResults(row, ours, theirs).map((result) => ({ ...result, title: row.load.title })),
  );
  const others = all.filter(({ isKept }) => !isKept).map(({ title, text }) => `\n- ${title}: ${text}`);
  return `${all.length - others.length} of ${all.length} targets kept${others.join('')}`;
}

function cell(figure: Figure | undefined): string {
  if (!figure) return '–';
  const value = format(figure.value);
  return figure.lost > 0 ? `${value} (lost ${figure.lost.toLocaleString('en')})` : value;
}

function format(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
