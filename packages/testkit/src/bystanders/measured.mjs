// Loaded into the programs that tests start, before they begin: tells the test, when it asks, what they hold. Only what
// is alive counts: when V8 gives back the rest is its own affair.
import { Duplex } from 'node:stream';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a first collection finishes (weak references, buffers) the next one frees. */
const collections = 2;

process.on('message', (message) => {
  if (message?.type === 'measure') void measure(message.collects);
  // Sockets, and streams of HTTP/2; what nobody needs any more is collected first.
  if (message?.type === 'countStreams') process.send?.({ type: 'counted', streams: queryObjects(Duplex) });
});
// Being asked is no reason to go on.
process.channel?.unref();

async function measure(collects) {
  if (collects) await collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const active = process.getActiveResourcesInfo();
  const timers = active.filter((name) => name === 'Timeout').length;
  process.send?.({ type: 'measured', memory: heapUsed + external, timers, handles: active.length - timers });
}

async function collectGarbage() {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  for (let done = 0; done < collections; done += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
