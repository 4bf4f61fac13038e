/** What a resource hears, as it comes. */
import { useEffect, useReducer, useRef } from 'react';
import { type Gap, type Handlers, type StreamState, useEvents } from './use-events.ts';

export interface LiveMessage {
  readonly at: string;
  readonly topic: string;
  readonly qos: number;
  /** Bytes of the payload as it was sent. */
  readonly size: number;
  /** base64, of as many bytes as were asked for; absent for who may only view. */
  readonly payload?: string;
  readonly publisher?: { readonly kind: string; readonly id?: string };
}

export interface LiveRefusal {
  readonly at: string;
  readonly reason: string;
  readonly rule: string;
  readonly clientId?: string;
  readonly detail?: string;
}

export type LiveRow = { readonly key: number } & (
  | { readonly kind: 'message'; readonly message: LiveMessage }
  | { readonly kind: 'refused'; readonly refusal: LiveRefusal }
);

export interface Watch {
  readonly rows: readonly LiveRow[];
  readonly dropped: number;
  /** An MQTT server came or went, or the view was interrupted: messages may be missing. */
  readonly hasGap: boolean;
  /** There is no MQTT server: nothing comes. */
  readonly isAway: boolean;
  readonly state: StreamState;
}

/** Rows that a page keeps; older ones go. */
const maxRows = 5000;
/** Rows are shown so often at most, in ms, however many come. */
const showEveryMs = 200;

interface Memory {
  rows: LiveRow[];
  dropped: number;
  hasGap: boolean;
  isAway: boolean;
  /** Key of the next row. */
  next: number;
}

/** Watches `url` while `isOn`; without it what is there stays. */
export function useWatch(url: string, isOn: boolean): Watch & { readonly clear: () => void } {
  const kept = useRef<Memory>({ rows: [], dropped: 0, hasGap: false, isAway: false, next: 0 });
  const isDirty = useRef(false);
  const [, show] = useReducer((count: number) => count + 1, 0);
  const add = (row: Omit<LiveRow, 'key'>) => {
    const memory = kept.current;
    memory.rows.unshift({ ...row, key: memory.next++ } as LiveRow);
    if (memory.rows.length > maxRows) memory.rows.length = maxRows;
    isDirty.current = true;
  };
  const interrupt = (hasGap: boolean, isAway: boolean) => {
    kept.current.hasGap ||= hasGap;
    kept.current.isAway = isAway;
    isDirty.current = true;
  };
  const handlers: Handlers = {
    message: (message: LiveMessage) => add({ kind: 'message', message } as never),
    refused: (refusal: LiveRefusal) => add({ kind: 'refused', refusal } as never),
    dropped: ({ count = 0 }: { count?: number }) => {
      kept.current.dropped += count;
      isDirty.current = true;
    },
    gap: ({ servers }: Gap) => interrupt(true, servers === 0),
  };
  // Without an MQTT server it is not opened at all.
  const state = useEvents(url, isOn, handlers, (isAgain) => interrupt(isAgain, false));
  useEffect(() => {
    const painting = setInterval(() => {
      if (isDirty.current) show();
      isDirty.current = false;
    }, showEveryMs);
    return () => clearInterval(painting);
  }, []);
  const clear = () => {
    Object.assign(kept.current, { rows: [], dropped: 0, hasGap: false });
    show();
  };
  const { rows, dropped, hasGap, isAway } = kept.current;
  return { rows, dropped, hasGap, isAway, state, clear };
}
