import { expect, test } from 'vitest';
import { ownNames } from './own-names.ts';

test.each([
  [undefined, []],
  ['iot.example.com:443', ['iot.example.com']],
  ['[2001:db8::1]:8443', ['2001:db8::1']],
])('the setting %j names %j', (setting, names) => {
  expect(ownNames(setting, undefined)).toEqual(names);
});
