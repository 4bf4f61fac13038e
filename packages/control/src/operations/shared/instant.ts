/** An RFC 3339 timestamp that the contract has let through. */
export function instant(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
