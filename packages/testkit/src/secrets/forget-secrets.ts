/** Runs before each file of tests: what is secret in one may be an ordinary word of the next. */
import { forgetSecrets } from './known-secrets.ts';

forgetSecrets();
