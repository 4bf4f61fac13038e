import { useTexts } from '../../i18n/texts.tsx';

const mebibyte = 1024 * 1024;

/** Those that have words; a newer process may have others. */
const names = [
  'connections',
  'subscriptions',
  'messagesReceived',
  'messagesSent',
  'messagesDropped',
  'refused',
  'calls',
  'memoryBytes',
  'eventLoopDelayMs',
  'changeFeedBehindMs',
  'databaseConnections',
  'databaseWaiting',
] as const;

/** How a process was when it last said so. */
export function Figures({ figures }: { figures: Readonly<Record<string, number>> }) {
  const { t, language } = useTexts();
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const inWords = (name: string, value: number) => {
    if (name.endsWith('Bytes')) return t('figures.mebibytes', { value: number.format(value / mebibyte) });
    const text = number.format(value);
    return name.endsWith('Ms') ? t('figures.milliseconds', { value: text }) : text;
  };
  const known = names.flatMap((name) => {
    const value = figures[name];
    return value === undefined ? [] : `${t(`figures.${name}`)} ${inWords(name, value)}`;
  });
  const others = Object.entries(figures)
    .filter(([name]) => !(names as readonly string[]).includes(name))
    .map(([name, value]) => `${name} ${inWords(name, value)}`);
  return <small>{[...known, ...others].join(' · ')}</small>;
}
