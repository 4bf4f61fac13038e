/** Labels and alias maps as lines to edit: `key=value`, one a line. */
export function toLines(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
}

export function fromLines(text: string): Record<string, string> {
  const pairs = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const at = line.indexOf('=');
      return at === -1 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
  return Object.fromEntries(pairs);
}

/** In one line, to read; undefined for none. */
export function toText(map: Readonly<Record<string, string>> | undefined): string | undefined {
  return toLines(map).replaceAll('\n', ', ') || undefined;
}
