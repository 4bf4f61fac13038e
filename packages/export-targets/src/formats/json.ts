const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The payload as text; undefined if it is not UTF-8. */
export function textOf(payload: Buffer): string | undefined {
  try {
    return utf8.decode(payload);
  } catch {
    return undefined;
  }
}

/** The payload as it stands, if it is JSON. */
export function jsonOf(payload: Buffer): string | undefined {
  const text = textOf(payload);
  if (text === undefined) return undefined;
  try {
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}
