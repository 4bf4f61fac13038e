/** The words of a command line, as a POSIX shell splits them, quotes removed. Expansions are not known, and refused. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const token = /'([^']*)'|"((?:[^"\\$`]|\\["\\$`])*)"|\\(.)|([^\s'"\\$`;&|<>()*?#~]+)|(\s+)|(.)/gsy;
  for (const [, single, double, escaped, plain, space, other] of line.matchAll(token)) {
    if (other !== undefined) throw new SyntaxError(`not a plain command line at ${other}: ${line}`);
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    word = (word ?? '') + (single ?? double?.replaceAll(/\\(.)/g, '$1') ?? escaped ?? plain ?? '');
  }
  if (word !== undefined) words.push(word);
  return words;
}
