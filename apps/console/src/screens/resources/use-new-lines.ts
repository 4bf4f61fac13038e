import type { LogEntry } from '@iotcore/sdk';
import { useState } from 'react';
import { useEvents } from '../live/use-events.ts';
import { type Owner, paths } from './owner.ts';

/** Lines that are kept; whoever wants more of the past loads the page again. */
const maxLines = 500;

/** The lines that were written to a connection log since it is looked at, newest first. */
export function useNewLines(owner: Owner, isOn: boolean) {
  const [lines, setLines] = useState<readonly LogEntry[]>([]);
  const state = useEvents(`${paths[owner.kind].ext}/${owner.id}/logs:watch`, isOn, {
    entry: (line: LogEntry) => setLines((before) => [line, ...before].slice(0, maxLines)),
  });
  return { lines, isOpen: isOn && state === 'open' };
}
