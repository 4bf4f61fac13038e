import { type Load, unitOf } from '../loads.ts';

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
    const target = load.target === undefined ? '' : `≤ ${load.target}`;
    return [
      `${load.title} (${unitOf(load.measure)})`,
      ...cells,
      ratio === undefined ? '' : ratio.toFixed(2),
      target,
    ];
  });
  const format = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [format(heads), format(heads.map(() => '---')), ...lines.map(format)].join('\n');
}

export function ratioOf(figures: Row['figures'], ours: string, theirs: string): number | undefined {
  const [our, their] = [figures.get(ours), figures.get(theirs)];
  return our && their && their.value > 0 ? our.value / their.value : undefined;
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
