const [quote, backslash, comma, openList, closeList, openObject, closeObject] = [...'"\\,[]{}'].map(
  (character) => character.charCodeAt(0),
);

/**
 * The name of a field that an object of a JSON text has twice; undefined if none has. Parsers differ in which of the two
 * they take (RFC 8259 section 4), so a proxy or filter in front might see another request. The text must be valid JSON.
 */
export function repeatedField(json: string): string | undefined {
  /** The names of each object that is open, the innermost last; undefined is a list. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(json, at);
      const names = isName ? open.at(-1) : undefined;
      if (names) {
        const name = nameOf(json.slice(at, end + 1));
        if (names.has(name)) return name;
        names.add(name);
      }
      isName = false;
      at = end;
    } else if (code === openObject || code === openList) {
      open.push(code === openObject ? new Set() : undefined);
      isName = true;
    } else if (code === closeObject || code === closeList) {
      open.pop();
      isName = false;
    } else if (code === comma) isName = true;
  }
  return undefined;
}

/** Where the string that begins here has its closing quote. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== quote) at += json.charCodeAt(at) === backslash ? 2 : 1;
  return at;
}

/** Different texts may be one name: `"a"` and `"\u0061"`. */
function nameOf(text: string): string {
  return text.includes('\\') ? (JSON.parse(text) as string) : text.slice(1, -1);
}
