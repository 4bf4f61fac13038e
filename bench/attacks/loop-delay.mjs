// Loaded into a server that is measured, before it begins: tells its parent, when asked, how late the event loop was since
// it was asked last. A sample a millisecond; what stands in for it while the loop is kept is one long sample.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const samplingMs = 1;
const delay = monitorEventLoopDelay({ resolution: samplingMs });
delay.enable();

process.on('message', (message) => {
  if (message?.type !== 'loop delay') return;
  const ms = (nanoseconds) => Math.max(0, nanoseconds / 1e6 - samplingMs);
  process.send?.({ type: 'loop delay', p99Ms: ms(delay.percentile(99)), maxMs: ms(delay.max) });
  delay.reset();
});
// Being asked is no reason to go on.
process.channel?.unref();
