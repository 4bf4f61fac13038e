/**
 * PEM as people have it (RFC 7468, read leniently): from other systems, mail, spreadsheets and shells. Taken are a byte order
 * mark, any line ends, also `\n` written as two characters, blanks around lines, and text around blocks.
 */

/** One block: what its label says, and its base64 without white space. */
export interface PemBlock {
  readonly label: string;
  readonly base64: string;
}

/** `undefined`: a block has no end, or one of another label. */
export type PemReading = readonly PemBlock[] | undefined;

const beginLine = /^-----BEGIN ([A-Z0-9 ]{1,40})-----/;
const endLine = /-----END ([A-Z0-9 ]{1,40})-----/;

/** All blocks of a text, in order. Takes time in proportion to its length, whatever it holds. */
export function readPem(text: string): PemReading {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly lines: string[] } | undefined;
  for (const line of linesOf(text)) {
    let rest = line;
    if (!open) {
      const begin = beginLine.exec(line);
      if (!begin) continue;
      open = { label: begin[1] ?? '', lines: [] };
      rest = line.slice(begin[0].length);
    }
    const end = endLine.exec(rest);
    open.lines.push(end ? rest.slice(0, end.index) : rest);
    if (!end) continue;
    if (end[1] !== open.label) return undefined;
    blocks.push({ label: open.label, base64: open.lines.join('').replaceAll(/\s/g, '') });
    open = undefined;
  }
  return open ? undefined : blocks;
}

/** The bytes of a block, or undefined if it is not base64 in full. */
export function bytesOf({ base64 }: PemBlock): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  // Buffer skips what is not base64; writing it back shows whether anything was.
  return base64 !== '' && bytes.toString('base64') === base64 ? bytes : undefined;
}

function linesOf(text: string): string[] {
  // Files without a line end at their end, joined by `cat`.
  // `trim` also takes the byte order mark, which is white space to ECMAScript.
  const apart = text.replaceAll(/(?<=-----)(?=-----BEGIN )/g, '\n');
  return apart.split(/\\r\\n|\\n|\\r|\r\n|\n|\r/).map((line) => line.trim());
}
