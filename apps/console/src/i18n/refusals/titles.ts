/** What stands above a refusal of the API: by its code of google.rpc, which its body has. */
import type { TextKey } from '../keys.ts';

const titles: ReadonlyMap<number, TextKey> = new Map([
  [1, 'failure.cancelled'],
  [3, 'failure.invalid'],
  [4, 'failure.late'],
  [5, 'failure.missing'],
  [6, 'failure.taken'],
  [7, 'failure.denied'],
  [8, 'failure.limit'],
  [9, 'failure.notNow'],
  [10, 'failure.aborted'],
  [12, 'failure.unknown'],
  [13, 'failure.broken'],
  [14, 'failure.away'],
  [16, 'failure.signedOut'],
]);

/** Undefined for none: no body came, or one that is not of the API. */
export function titleOf(code: number | undefined): TextKey | undefined {
  return code === undefined ? undefined : titles.get(code);
}
