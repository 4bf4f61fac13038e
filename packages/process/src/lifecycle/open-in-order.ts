import { Cleanups } from './cleanups.ts';
import type { ProcessContext, ProcessDefinition } from './run-process.ts';

/**
 * A `start` for `runProcess`: `open` begins one part after the other and adds to `cleanups` how each ends. They end in the
 * reverse order when the process is stopped, and at once when the start fails.
 */
export function openInOrder(
  open: (context: ProcessContext, cleanups: Cleanups) => Promise<Readonly<Record<string, string>>>,
): ProcessDefinition['start'] {
  return async (context) => {
    const cleanups = new Cleanups();
    try {
      return { addresses: await open(context, cleanups), stop: () => cleanups.runBackwards() };
    } catch (error) {
      await cleanups.runBackwards();
      throw error;
    }
  };
}
