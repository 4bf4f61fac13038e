/** What a call is about: it decides where its caller needs the permission. */
export interface Subject<T> {
  /** Folders that the caller named itself: without the permission there it is denied. */
  readonly folders: readonly string[];
  /** A resource that the caller named: not found by a caller that may not see its folder. */
  readonly resource: { readonly noun: string; readonly row: T } | undefined;
}

interface InFolder {
  readonly folderId: string;
}

export function folder(...folders: string[]): Subject<undefined> {
  return { folders, resource: undefined };
}

/** `noun` is its name in NOT_FOUND: `Registry`. An absent row is a resource that is not there. */
export function resource<Row extends InFolder>(noun: string, row: Row | undefined): Subject<Row> {
  return { folders: [], resource: { noun, row: row as Row } };
}

/** The resource, and folders besides. */
export function resourceAndFolder<Row extends InFolder>(
  noun: string,
  row: Row | undefined,
  folderId: string,
): Subject<Row> {
  return { folders: [folderId], resource: { noun, row: row as Row } };
}

/** Of a public operation. */
export const nothing: Subject<undefined> = { folders: [], resource: undefined };
