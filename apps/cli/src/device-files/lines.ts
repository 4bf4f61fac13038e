/** A line longer than this is no device. */
const maxLineBytes = 1_048_576;
const newline = 0x0a;

/** The lines of these bytes, without their ends; undefined in place of one that is too long to be kept. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string | undefined> {
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const keep = (part: Uint8Array) => {
    bytes += part.length;
    if (bytes > maxLineBytes) parts = [];
    else parts.push(part);
  };
  const take = () => {
    const line = bytes > maxLineBytes ? undefined : Buffer.concat(parts).toString().replace(/\r$/, '');
    parts = [];
    bytes = 0;
    return line;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, at));
      yield take();
      from = at + 1;
    }
    keep(chunk.subarray(from));
  }
  if (bytes > 0) yield take();
}
