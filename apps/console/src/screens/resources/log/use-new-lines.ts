import type { LogEntry } from '@iotcore/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type Gap, type StreamState, useEvents } from '../../live/use-events.ts';
import { type Owner, paths } from '../owner.ts';

/** Lines that are kept; to see more of the past, load the page again. */
const maxLines = 500;

interface NewLines {
  readonly lines: readonly LogEntry[];
  readonly state: StreamState;
  /** There is no MQTT server: nobody connects, and no line is written. */
  readonly isAway: boolean;
}

/** The lines that were written to a connection log since it is looked at, newest first. */
export function useNewLines(owner: Owner, isOn: boolean): NewLines {
  const queryClient = useQueryClient();
  const [lines, setLines] = useState<readonly LogEntry[]>([]);
  const [isAway, setIsAway] = useState(false);
  // Lines that were written while no stream brought them are in the log.
  const readAgain = () => void queryClient.invalidateQueries({ queryKey: ['log', owner.kind, owner.id] });
  const handlers = {
    entry: (line: LogEntry) => setLines((before) => [line, ...before].slice(0, maxLines)),
    gap: ({ servers }: Gap) => {
      setIsAway(servers === 0);
      readAgain();
    },
  };
  const state = useEvents(`${paths[owner.kind].ext}/${owner.id}/logs:watch`, isOn, handlers, (isAgain) => {
    setIsAway(false);
    if (isAgain) readAgain();
  });
  return { lines, state, isAway };
}
