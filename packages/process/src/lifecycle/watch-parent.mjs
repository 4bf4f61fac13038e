// The sudden death of the process that started this one: of npm, which cannot tell anybody. Plain JavaScript: what installs the packages needs it.

const pollMs = 100;

/** Calls `onGone` once the parent has ended. Keeps no process alive. */
export function watchParent(onGone) {
  // A process whose parent is gone has another one from then on.
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, pollMs);
  timer.unref();
}
