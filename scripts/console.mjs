// `npm run console`: builds the web console if it is missing or older than its sources. `types` checks its types instead.
import { constants } from 'node:os';
import { checkConsole, ensureConsole } from './bootstrap/console.mjs';
import { onStopRequest } from './bootstrap/stop-requests.mjs';

const stopped = new AbortController();
onStopRequest((signal) => stopped.abort(signal));
const work = process.argv[2] === 'types' ? checkConsole : ensureConsole;
await work(stopped.signal).catch((error) => {
  if (stopped.signal.aborted) process.exit(128 + constants.signals[stopped.signal.reason]);
  process.stderr.write(`iotcore: ${error.message}\n`);
  process.exitCode = 1;
});
