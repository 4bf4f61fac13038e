#!/usr/bin/env node
// `npx iotcore`: runs the command line with the project's own Node, installing what it needs in a fresh clone.
import { runCommand } from '../../../scripts/bootstrap/command.mjs';

/** First words that are programs of their own: they work on the database, not over the API. */
const programs = new Map([
  ['backup', '../../backup/src/main.ts'],
  ['restore', '../../backup/src/main.ts'],
]);

await runCommand(new URL(programs.get(process.argv[2] ?? '') ?? '../src/main.ts', import.meta.url));
