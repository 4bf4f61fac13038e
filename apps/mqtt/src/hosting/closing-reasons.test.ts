import { expect, test } from 'vitest';
import { refusals } from '../authentication/authentication-result.ts';
import { closingReasons } from './closing-reasons.ts';

/** What somebody outside goes by: a code may come, but none may change or go. */
const known = [
  'server stopping',
  'node left the cluster',
  'address blocked',
  'disconnected by an operator',
  'password deleted',
  'certificate deleted',
  'registry disabled',
  'disabled by an operator',
  'device deleted',
  'registry deleted',
  'broker deleted',
  'unknown user name or wrong password',
  'user name without password',
  'neither password nor certificate',
  'unknown certificate',
  'certificate expired',
  'certificate not yet valid',
  'certificate of another than the user name',
  'password not adopted: address outside the allowed networks',
  'password not adopted: it is empty',
  'password not adopted: it is too long',
  'password not adopted: too many first connections from this address',
  'credentials could not be checked',
  'too many wrong passwords',
  'too many connections of this device or registry',
  'too many connections of the registry with its devices, or of the broker',
  'too many passwords are being checked',
];

test('the codes of what this server refuses, and closes for, are those that metrics and filters of the log go by', () => {
  const { ownerDeleted, ...others } = closingReasons;
  const closing = [...Object.values(others), ...Object.values(ownerDeleted)].map(({ code }) => code);
  const refused = Object.values(refusals).map(({ reason }) => reason.code);
  expect([...new Set([...closing, ...refused])].sort()).toEqual([...known].sort());
});
