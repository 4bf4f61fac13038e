const [quote, backslash, comma, openList, closeList, openObject, closeObject] = [...'"\\,[]{}'].map(
  (character) => character.charCodeAt(0),
);

export interface JsonLimits {
  /** Lists and objects within each other. */
  readonly levels: number;
  /** Members of lists and fields of objects, in all. */
  readonly values: number;
}

/**
 * Is a JSON text nested deeper, or made of more values, than that? Told without parsing: a text of nothing but brackets
 * takes many times its own memory once it is parsed.
 */
export function exceeds(json: string, { levels, values }: JsonLimits): boolean {
  let depth = 0;
  let count = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at);
    if (inString) {
      if (code === backslash) at += 1;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (code === comma) count += 1;
    else if (code === openList || code === openObject) {
      depth += 1;
      count += 1;
      if (depth > levels) return true;
    } else if (code === closeList || code === closeObject) depth -= 1;
  }
  return count > values;
}
