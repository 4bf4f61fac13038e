import { useEffect, useState } from 'react';
import { useTexts } from '../../i18n/texts.tsx';

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
  const now = useNow();
  if (at === undefined) return <span className="none">—</span>;
  const date = new Date(at);
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(date);
  return (
    <time dateTime={at} title={exact} className="time">
      {relative(date, now, language)}
    </time>
  );
}

/** Date and time to the millisecond, for lines of logs. */
export function ExactTime({ at }: { at: string }) {
  const { language } = useTexts();
  const date = new Date(at);
  const full = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(date);
  const short = new Intl.DateTimeFormat(language, {
    ...{ month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  }).format(date);
  return (
    <time dateTime={at} title={full} className="time">
      {short}
    </time>
  );
}

function relative(date: Date, now: number, language: string): string {
  const seconds = (date.getTime() - now) / 1000;
  if (Math.abs(seconds) > relativeSeconds)
    return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(date);
  const [unit, size] = units.find(([, one]) => Math.abs(seconds) >= one) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(Math.round(seconds / size), unit);
}

function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), refreshMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
