import { useSyncExternalStore } from 'react';
import { useTexts } from '../../i18n/texts.tsx';
import { dateFormat, spanFormat } from './formats.ts';

const units = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;
/** From a month on the date says more, in seconds. */
const relativeSeconds = 30 * 86_400;
const refreshMs = 30_000;

/** How long ago, and exactly on hover, always with the zone. */
export function Time({ at }: { at: string | undefined }) {
  const { language } = useTexts();
  useSyncExternalStore(subscribe, () => ticks);
  if (at === undefined) return <span className="none">—</span>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={dateFormat(language, 'exact').format(date)} className="time">
      {relative(date, language)}
    </time>
  );
}

/** Date and time to the millisecond, for lines of logs. */
export function ExactTime({ at }: { at: string }) {
  const { language } = useTexts();
  const date = new Date(at);
  return (
    <time dateTime={at} title={dateFormat(language, 'exact').format(date)} className="time">
      {dateFormat(language, 'line').format(date)}
    </time>
  );
}

function relative(date: Date, language: string): string {
  const seconds = (date.getTime() - Date.now()) / 1000;
  if (Math.abs(seconds) > relativeSeconds) return dateFormat(language, 'date').format(date);
  const [unit, size] = units.find(([, one]) => Math.abs(seconds) >= one) ?? ['second', 1];
  return spanFormat(language).format(Math.round(seconds / size), unit);
}

/** One timer for all times of the page, while there are any. */
let ticks = 0;
let ticking: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function tick(): void {
  ticks += 1;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(tick, refreshMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}
