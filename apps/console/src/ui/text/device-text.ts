/** Text that a device chose is text: what would move, hide or turn around other text is shown as what it is. */

const hiding = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function visible(text: string): string {
  return text.replace(hiding, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Of a cell or fact that is text, whoever wrote it. */
export function shownText<T>(value: T): T | string {
  return typeof value === 'string' ? visible(value) : value;
}

export type PayloadForm = 'text' | 'json' | 'hex';

/** Larger ones are for a file, in bytes. */
export const shownPayloadBytes = 64 * 1024;

export function decodeBase64(data: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
}

export function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/** UTF-8; undefined for what is none. */
export function asText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function asHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0'));
    lines.push(`${at.toString(16).padStart(6, '0')}  ${row.join(' ')}`);
  }
  return lines.join('\n');
}

/** Indented; undefined for what is no object or list. */
export function asJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : undefined;
  } catch {
    return undefined;
  }
}
