import { type Column, type Row, ratioOf } from './table.ts';

const width = 960;
/** Where the bars begin: the longest title takes 340 in most fonts. */
const left = 400;
const barHeight = 13;
const rowGap = 16;
const top = 62;
const colours = ['#8a8f98', '#d08a2e', '#2f6fde', '#7aa6f0'];

/** A bar chart as SVG: CPU per delivered message of each broker, each load on a scale of its own, ours beside it as a part. */
export function chart(
  columns: readonly Column[],
  rows: readonly Row[],
  ours: string,
  theirs: Pick<Column, 'id' | 'title'>,
): string {
  const rowHeight = columns.length * barHeight + rowGap;
  const height = top + rows.length * rowHeight + 10;
  const legend = columns.map(
    ({ title, version }, i) =>
      `<rect x="${20 + i * 200}" y="36" width="11" height="11" fill="${colours[i]}"/>` +
      `<text x="${36 + i * 200}" y="46">${escapeXml(`${title} ${version}`)}</text>`,
  );
  const bars = rows.flatMap((row, i) => rowBars(columns, row, top + i * rowHeight, ours, theirs));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#24292f">
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="20" y="22" font-size="15" font-weight="600">CPU per delivered message, 64-byte payload (shorter is better)</text>
${[...legend, ...bars].join('\n')}
</svg>
`;
}

function rowBars(
  columns: readonly Column[],
  row: Row,
  y: number,
  ours: string,
  theirs: Pick<Column, 'id' | 'title'>,
): string[] {
  const largest = Math.max(...columns.map(({ id }) => row.figures.get(id)?.value ?? 0));
  const ratio = ratioOf(row.figures, ours, theirs.id);
  const note = ratio === undefined ? '' : ` (${ratio.toFixed(2)} of ${theirs.title})`;
  const label = `<text x="20" y="${y + barHeight - 2}">${escapeXml(row.load.title)}</text>`;
  const bars = columns.map(({ id }, i) => {
    const figure = row.figures.get(id);
    const at = y + i * barHeight;
    if (!figure) return '';
    const length = Math.max(1, (figure.value / largest) * (width - left - 190));
    const text = `${figure.value.toFixed(2)} µs${id === ours ? note : ''}`;
    return (
      `<rect x="${left}" y="${at}" width="${length.toFixed(1)}" height="${barHeight - 3}" fill="${colours[i]}"/>` +
      `<text x="${(left + length + 6).toFixed(1)}" y="${at + barHeight - 4}" font-size="11">${escapeXml(text)}</text>`
    );
  });
  return [label, ...bars];
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
