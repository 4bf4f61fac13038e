// `npm run console`: builds the web console if it is missing or older than its sources. `types` checks its types instead.
import { checkConsole, ensureConsole } from './bootstrap/console.mjs';

const work = process.argv[2] === 'types' ? checkConsole : ensureConsole;
await work(new AbortController().signal).catch((error) => {
  process.stderr.write(`iotcore: ${error.message}\n`);
  process.exitCode = 1;
});
