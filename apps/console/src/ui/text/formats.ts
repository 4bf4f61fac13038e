/** Formats of dates, each made once for a language: to make one takes longer than a row of a list. */

const styles = {
  date: { dateStyle: 'medium' },
  exact: { dateStyle: 'medium', timeStyle: 'long' },
  line: {
    ...{ month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const dates = new Map<string, Intl.DateTimeFormat>();
const spans = new Map<string, Intl.RelativeTimeFormat>();

export function dateFormat(language: string, style: keyof typeof styles): Intl.DateTimeFormat {
  return kept(dates, `${language} ${style}`, () => new Intl.DateTimeFormat(language, styles[style]));
}

export function spanFormat(language: string): Intl.RelativeTimeFormat {
  return kept(spans, language, () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
}

function kept<Format>(formats: Map<string, Format>, key: string, make: () => Format): Format {
  const format = formats.get(key) ?? make();
  formats.set(key, format);
  return format;
}
