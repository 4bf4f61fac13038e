/** Do these bytes stand at `start`? Compared back to front: what one client publishes to differs late. */
export function equalsAt(bytes: Buffer, start: number, wanted: Buffer): boolean {
  for (let i = start + wanted.length - 1, j = wanted.length - 1; j >= 0; i--, j--) {
    if (bytes[i] !== wanted[j]) return false;
  }
  return true;
}
