import { serverReasons } from '@iotcore/testkit/reasons';
import { expect, test } from 'vitest';
import { refusals } from '../authentication/authentication-result.ts';
import { closingReasons } from './closing-reasons.ts';

test('the codes of what this server refuses, and closes for, are those that metrics and filters of the log go by', () => {
  const { ownerDeleted, ...others } = closingReasons;
  const closing = [...Object.values(others), ...Object.values(ownerDeleted)].map(({ code }) => code);
  const refused = Object.values(refusals).map(({ reason }) => reason.code);
  expect([...new Set([...closing, ...refused])].sort()).toEqual([...serverReasons].sort());
});
