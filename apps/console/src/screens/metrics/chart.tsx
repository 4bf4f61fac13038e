import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import { usePreferences } from '../../app/preferences.ts';
import { useTexts } from '../../i18n/texts.tsx';
import { latest } from './use-metrics.ts';

export interface Series {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

interface Props {
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

const heightPx = 180;
const axisPx = 56;
/** Of the theme, in the order of the series. */
const colours = ['--g-color-line-info', '--g-color-line-warning', '--g-color-line-danger'];

/** Lines over time. Screen readers are told the newest values. */
export function Chart({ title, times, series }: Props) {
  const { language } = useTexts();
  const { theme } = usePreferences();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const data = [times, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData;
  const labels = series.map(({ label }) => label).join('\n');
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1, notation: 'compact' });
  const shown = series.map(({ label, values }) => `${label} ${number.format(latest(values) ?? 0)}`);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the data come by the other effect; `theme` changes the colours that are read
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const drawn = new uPlot(optionsOf(element, labels.split('\n'), language), data, element);
    chart.current = drawn;
    const observer = new ResizeObserver(() =>
      drawn.setSize({ width: element.clientWidth, height: heightPx }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [labels, language, theme]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the data are made of these
  useEffect(() => chart.current?.setData(data), [times, series]);

  return (
    <figure className="chart">
      <figcaption>
        <b>{title}</b> <span>{shown.join(' · ')}</span>
      </figcaption>
      <div ref={box} role="img" aria-label={`${title}: ${shown.join(', ')}`} />
    </figure>
  );
}

function optionsOf(element: HTMLElement, labels: readonly string[], language: string): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim() || style.color;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2, notation: 'compact' });
  const axis: uPlot.Axis = {
    stroke: colour('--g-color-text-secondary'),
    grid: { stroke: colour('--g-color-line-generic'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui',
  };
  return {
    width: element.clientWidth,
    height: heightPx,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(most, 1)] } },
    axes: [
      { ...axis, values: (_, times) => times.map((time, at) => timeText(time, times[at - 1], language)) },
      { ...axis, size: axisPx, values: (_, values) => values.map((value) => number.format(value)) },
    ],
    series: [
      {},
      ...labels.map((label, at) => ({
        label,
        stroke: colour(colours[at % colours.length] ?? ''),
        width: 1.5,
        points: { show: false },
      })),
    ],
  };
}

/** The time of the day; the date where it begins. */
function timeText(time: number, before: number | undefined, language: string): string {
  const date = new Date(time * 1000);
  const isNewDay = before !== undefined && new Date(before * 1000).getDate() !== date.getDate();
  return new Intl.DateTimeFormat(
    language,
    isNewDay ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  ).format(date);
}
