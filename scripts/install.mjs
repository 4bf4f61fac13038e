// The first step of `npm start`: installs what is missing. The next step is then run by the Node that came with it.
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from './bootstrap/install.mjs';
import { onStopRequest } from './bootstrap/stop-requests.mjs';

const stopped = new AbortController();
onStopRequest((signal) => stopped.abort(signal));
try {
  await ensureInstalled(fileURLToPath(new URL('../', import.meta.url)), {
    dev: false,
    signal: stopped.signal,
  });
} catch (error) {
  if (stopped.signal.aborted) process.exit(128 + constants.signals[stopped.signal.reason]);
  process.stderr.write(`iotcore: ${error.message}\n`);
  process.exit(1);
}
