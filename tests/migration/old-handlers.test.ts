/** docs/migration: an old handler goes on, unchanged, behind the server that the guide shows. Python: tests/debian. */
import { test } from 'vitest';
import { exportingInstallation } from '../exports/support/exports.ts';
import { expectCalledAsBefore, expectForeignCallsRefused } from './support/expect-old-handler.ts';
import { commonJs } from './support/old-handler.ts';

const installation = exportingInstallation();

test('a handler in JavaScript is not called with what is not signed by its export', () =>
  expectForeignCallsRefused(installation(), commonJs));

test('a handler in JavaScript gets what the old service called it with, and what it throws at is a dead letter', () =>
  expectCalledAsBefore(installation(), commonJs));
