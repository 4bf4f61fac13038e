/**
 * When a running process began, in the words of the system; undefined if it runs no more. With its ID that tells it from
 * every other process, earlier and later ones.
 */
export function processBeginning(pid: number): string | undefined;
