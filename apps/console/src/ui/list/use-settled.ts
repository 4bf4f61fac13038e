import { useState } from 'react';

/**
 * The rows of a list as it was opened, each with what it says now. New ones wait until `showAll`; the first of an empty list do not.
 * @param isFollowed new rows are shown as they come
 * @param place what the list is about, such as its filter: another place is opened anew
 */
export function useSettled<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  place: string,
  isFollowed: boolean,
) {
  const [settled, setSettled] = useState({ place, keys: rows.map(keyOf) });
  const showAll = () => setSettled({ place, keys: rows.map(keyOf) });
  if (settled.place !== place || (settled.keys.length === 0 && rows.length > 0)) showAll();
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  if (isFollowed) return { shown: [...byKey.values()], waiting: 0, showAll };
  const shown = settled.keys.flatMap((key) => byKey.get(key) ?? []);
  return { shown, waiting: byKey.size - shown.length, showAll };
}
