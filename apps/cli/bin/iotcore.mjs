#!/usr/bin/env node
// `npx iotcore`: runs the command line with the project's own Node, installing what it needs in a fresh clone.
import { runCommand } from '../../../scripts/bootstrap/command.mjs';

await runCommand(new URL('../src/main.ts', import.meta.url));
