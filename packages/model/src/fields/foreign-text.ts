/** Text that somebody else chose (a client, a receiver, an operator elsewhere), where it is kept or shown. */

/**
 * What does not print as itself, or changes how its surroundings read: C0, DEL and C1 controls; line and paragraph separator; marks,
 * embeddings and isolates of bidirectional text; zero-width characters; the byte order mark; tags; lone surrogates.
 */
export const unprintable =
  /[\p{Cc}\u2028\u2029\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}\u{e0000}-\u{e007f}]/gu;

/** Its first characters, at most so many, as Postgres takes them: well-formed and without NUL. `…` stands for what was cut. */
export function cutText(text: string, mostCharacters: number): string {
  const short = text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
  return short.toWellFormed().replaceAll('\0', '\uFFFD');
}
