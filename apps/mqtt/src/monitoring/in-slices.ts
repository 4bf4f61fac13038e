import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

/** Items that are looked at before messages have their turn again. */
const slice = 500;

/** Looks at each item, without keeping messages waiting. */
export async function inSlices<T>(items: readonly T[], look: (item: T) => void): Promise<void> {
  for (let start = 0; start < items.length; start += slice) {
    if (start > 0) await yieldToEventLoop();
    const end = Math.min(start + slice, items.length);
    for (let at = start; at < end; at++) look(items[at] as T);
  }
}
