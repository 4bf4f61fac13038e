import { closeSync, fstatSync, openSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { isJournal } from './journal.ts';

test('the journal is what systemd says it handed over, and nothing that merely inherits the variable', () => {
  const file = openSync(import.meta.filename, 'r');
  onTestFinished(() => closeSync(file));
  const { dev, ino } = fstatSync(file);
  expect(isJournal(file, `${dev}:${ino}`)).toBe(true);
  expect(isJournal(file, `${dev}:${ino + 1}`)).toBe(false);
  expect(isJournal(file, undefined)).toBe(false);
});
