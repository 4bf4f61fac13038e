import { expect, test } from 'vitest';
import { findRows } from './find-rows.ts';
import type { LiveRow } from './use-watch.ts';

const message = (key: number, payload: string, topic = 'a/b'): LiveRow => ({
  key,
  kind: 'message',
  message: { at: '', topic, qos: 0, size: payload.length, payload: btoa(payload) },
});
const refused = (key: number, reason: string): LiveRow => ({
  key,
  kind: 'refused',
  refusal: { at: '', reason, rule: 'A rule.' },
});
const keys = ({ rows }: { rows: readonly LiveRow[] }) => rows.map(({ key }) => key);

test('a payload is looked for as the text that it is, not as it was sent to the page', () => {
  const rows = [message(1, '{"celsius":21.5}'), message(0, '{"volts":3}')];
  expect(keys(findRows(rows, 'celsius'))).toEqual([1]);
  expect(keys(findRows(rows, btoa('{"cel').slice(0, 4)))).toEqual([]);
});

test('the topic, the publisher and why a client was refused are looked at, names of fields are not', () => {
  const published = message(3, 'x');
  const from: LiveRow =
    published.kind === 'message'
      ? { ...published, message: { ...published.message, publisher: { kind: 'DEVICE', id: 'are1' } } }
      : published;
  const rows = [from, message(2, 'x', 'house/roof'), refused(1, 'wrong password'), message(0, 'x')];
  expect(keys(findRows(rows, 'are1'))).toEqual([3]);
  expect(keys(findRows(rows, 'roof'))).toEqual([2]);
  expect(keys(findRows(rows, 'wrong'))).toEqual([1]);
  expect(keys(findRows(rows, 'payload'))).toEqual([]);
});

test('a payload is looked for in any script, and beside bytes that are no text', () => {
  const utf8 = String.fromCharCode(...new TextEncoder().encode('давление'));
  const rows = [message(1, utf8), message(0, '\xff\xfepressure')];
  expect(keys(findRows(rows, 'лени'))).toEqual([1]);
  expect(keys(findRows(rows, 'pressure'))).toEqual([0]);
});

test('rows that came are added to those that were found, and those that went are gone', () => {
  const before = findRows([message(2, 'yes'), message(1, 'no'), message(0, 'yes')], 'yes');
  expect(keys(before)).toEqual([2, 0]);
  const after = findRows(
    [message(4, 'no'), message(3, 'yes'), message(2, 'changed'), message(1, 'no')],
    'yes',
    before,
  );
  // The row with key 2 was looked at before, and is not looked at again.
  expect(keys(after)).toEqual([3, 2]);
  expect(keys(findRows([], 'yes', after))).toEqual([]);
  expect(keys(findRows([message(5, 'yes')], 'yes', findRows([], 'yes', after)))).toEqual([5]);
});

test('another text is looked for in all rows', () => {
  const rows = [message(1, 'yes'), message(0, 'no')];
  expect(keys(findRows(rows, 'no', findRows(rows, 'yes')))).toEqual([0]);
});
