// Everything that asks us to end: signals, and the sudden death of npm, which cannot tell anybody.
import { watchParent } from '../../packages/process/src/lifecycle/watch-parent.mjs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Ctrl-C arrives from the terminal, and again from npm, which passes it on. */
const sameRequestMs = 1000;

/** Calls `listener` with the signal, once for each time that somebody asks. */
export function onStopRequest(listener) {
  let lastAt = -sameRequestMs;
  const request = (signal) => {
    const now = performance.now();
    if (now - lastAt < sameRequestMs) return;
    lastAt = now;
    listener(signal);
  };
  for (const signal of signals) process.on(signal, request);
  // Started by anybody else, this may outlive its parent.
  if (process.env.npm_lifecycle_event !== undefined) watchParent(() => request('SIGTERM'));
}
