/** The report of `npm run bench`, whose table and chart stand in docs/benchmarks.md. */
import { describe, expect, test } from 'vitest';
import { type Load, loads } from '../../bench/loads.ts';
import { chart } from '../../bench/report/chart.ts';
import { type Row, targetResults, targetsKept } from '../../bench/report/table.ts';

const figure = (value: number) => ({ value, lost: 0, rounds: [value] });

function row(id: string, ours: number | undefined, theirs?: number): Row {
  const load = loads.find((one) => one.id === id) as Load;
  const figures = new Map(theirs === undefined ? [] : [['theirs', figure(theirs)]]);
  if (ours !== undefined) figures.set('ours', figure(ours));
  return { load, figures };
}
const textOf = (one: Row) => targetResults(one, 'ours', 'theirs').map(({ text }) => text);

describe('the targets of the fleet', () => {
  test.each([
    ['fleet', 'of Mosquitto', 0.75, 1],
    ['fleet-p99', 'ms', 1.5, undefined],
    ['fleet-first', 'ms', 5, undefined],
    ['idle', 'KB', 14, undefined],
    ['tls-idle', 'KB', 60, undefined],
  ] as const)('of %s are missed beyond the bound and kept at it', (id, unit, most, theirs) => {
    expect(textOf(row(id, most * 1.001, theirs))).toEqual([`≤ ${most} ${unit}: missed`]);
    expect(textOf(row(id, most, theirs))).toEqual([`≤ ${most} ${unit}: kept`]);
    expect(textOf(row(id, undefined, theirs))).toEqual([`≤ ${most} ${unit}: not measured`]);
  });

  test('are counted at the end, and those that were not kept are named', () => {
    const rows = [row('fleet-p99', 4), row('idle', 13), row('fleet', 1), row('large', 100)];
    expect(targetsKept(rows, 'ours', 'theirs')).toBe(
      [
        '1 of 3 targets kept',
        `- ${rows[0]?.load.title}: ≤ 1.5 ms: missed`,
        `- ${rows[2]?.load.title}: ≤ 0.75 of Mosquitto: not measured`,
      ].join('\n'),
    );
  });
});

test('no label of the chart reaches the bars', () => {
  const rows = loads
    .filter(({ measure }) => measure === 'cpuMicrosPerMessage')
    .map(({ id }) => row(id, 1, 2));
  const columns = ['theirs', 'ours'].map((id) => ({ id, title: id, version: '1' }));
  const image = chart(columns, rows, 'ours', { id: 'theirs', title: 'theirs' });
  const bars = [...image.matchAll(/<rect x="(\d+)" y="\d+" width="[\d.]+" height="10"/g)];
  expect(bars).toHaveLength(2 * rows.length);
  // 12 px, and no font has more than 7 px for each character of a title on average.
  for (const { load } of rows)
    for (const bar of bars) expect(20 + 7 * load.title.length).toBeLessThan(Number(bar[1]));
});
