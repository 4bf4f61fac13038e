/** Runs in each worker before each file of tests. */
import { afterAll, afterEach } from 'vitest';
import { forgetSecrets } from '../secrets/known-secrets.ts';
import { throwUnhandled } from './unhandled.ts';

// What is secret in one file may be an ordinary word of the next.
forgetSecrets();

// Declared before those of the file, and so done after them.
afterEach(throwUnhandled);
afterAll(throwUnhandled);
