/**
 * Times as people type them, in the zone of their browser: in Russian `27.11.2026 15:04`, else `2026-11-27 15:04`. A field of the browser's
 * own would follow its language, not that of the console. What is kept, also in addresses, is `2026-11-27T15:04`.
 */
import type { Language } from '../../i18n/keys.ts';

const keptTime = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/;
const written = /^(\d{4})-(\d\d?)-(\d\d?)(?:[ T](\d\d?):(\d\d))?$/;
const inRussian = /^(\d\d?)\.(\d\d?)\.(\d{4})(?:,? (\d\d?):(\d\d))?$/;

/** Either way is taken in both languages. What is no time stays as it was typed. */
export function readTime(typed: string): string {
  const text = typed.trim();
  const [, day, month, year, ...clock] = inRussian.exec(text) ?? [];
  const parts = day === undefined ? written.exec(text)?.slice(1) : [year, month, day, ...clock];
  if (parts === undefined) return text;
  const [y = '', m = '', d = '', hour = '0', minute = '00'] = parts;
  const two = (part: string) => part.padStart(2, '0');
  const time = `${y}-${two(m)}-${two(d)}T${two(hour)}:${minute}`;
  // 31 February would become a day of March.
  return writeLocal(new Date(time)) === time ? time : text;
}

/** As it is typed in this language. */
export function showTime(kept: string, language: Language): string {
  const [, year, month, day, hour, minute] = keptTime.exec(kept) ?? [];
  if (year === undefined) return kept;
  const date = language === 'ru' ? `${day}.${month}.${year}` : `${year}-${month}-${day}`;
  return `${date} ${hour}:${minute}`;
}

/** As it is kept. */
export function writeLocal(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** As it is kept: whoever typed it is understood. */
export function isTime(kept: string): boolean {
  return keptTime.test(kept);
}

/** For the API, which says itself what is wrong with a text that is no time. */
export function timeForApi(kept: string): string {
  return isTime(kept) ? new Date(kept).toISOString() : kept;
}
