// Loaded into a server that is measured, before it begins: tells its parent, when asked, how late the event loop was since
// it was asked last, and all times together that it was asked the same. A sample a millisecond; what stands in for it while the loop is kept is one long sample.
import { createHistogram } from 'node:perf_hooks';

const samplingMs = 1;
const since = createHistogram();
/** By question. */
const together = new Map();

let lastMs = performance.now();
setInterval(() => {
  const nowMs = performance.now();
  // A histogram holds whole numbers from 1.
  since.record(Math.max(1, Math.round((nowMs - lastMs - samplingMs) * 1e6)));
  lastMs = nowMs;
}, samplingMs).unref();

process.on('message', ({ type }) => {
  if (!type?.startsWith('loop delay')) return;
  if (!together.has(type)) together.set(type, createHistogram());
  const all = together.get(type);
  all.add(since);
  since.reset();
  process.send?.({ type, p99Ms: all.percentile(99) / 1e6, maxMs: all.max / 1e6 });
});
// Being asked is no reason to go on.
process.channel?.unref();
