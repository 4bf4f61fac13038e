/** docs/migration: an old handler in Python goes on, unchanged, behind the server that the guide shows. */
import { test } from 'vitest';
import { exportingInstallation } from '../exports/support/exports.ts';
import { expectCalledAsBefore, expectForeignCallsRefused } from '../migration/support/expect-old-handler.ts';
import { python } from '../migration/support/old-handler.ts';

const installation = exportingInstallation();

test('a handler in Python is not called with what is not signed by its export', () =>
  expectForeignCallsRefused(installation(), python));

test('a handler in Python gets what the old service called it with, and what it throws at is a dead letter', () =>
  expectCalledAsBefore(installation(), python));
