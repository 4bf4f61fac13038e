/** Rows of CSV as RFC 4180 has them; a stray quote is a part of its cell. */
export interface CsvRow {
  /** The line that it ends in, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export function* readCsv(text: string): Generator<CsvRow> {
  let line = 1;
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  const take = (): CsvRow => {
    const row = { line, cells: [...cells, cell] };
    cells = [];
    cell = '';
    return row;
  };
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (isQuoted) {
      if (character === '\n') line++;
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') cell += text[++at];
      else isQuoted = false;
    } else if (character === '"' && cell === '') isQuoted = true;
    else if (character === ',') {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') {
      cell = cell.replace(/\r$/, '');
      if (cells.length > 0 || cell !== '') yield take();
      cell = '';
      line++;
    } else cell += character;
  }
  if (cells.length > 0 || cell !== '') yield take();
}
