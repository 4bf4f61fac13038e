/** One stream of what a resource hears. It is closed while nobody looks: a browser has six connections to an origin. */
import { useEffect, useReducer, useRef } from 'react';

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
  readonly state: 'opening' | 'open' | 'hidden' | 'lost';
}

/** Rows that a page keeps; older ones go. */
const maxRows = 5000;
/** A tab may come back at once, in ms. */
const closeAfterMs = 2000;
const reopenAfterMs = 1000;
/** Rows are shown so often at most, in ms, however many come. */
const showEveryMs = 200;

/** Watches `url` while `isOn`; without it what is there stays. */
export function useWatch(url: string, isOn: boolean): Watch & { readonly clear: () => void } {
  const kept = useRef<{ rows: LiveRow[]; dropped: number; state: Watch['state']; next: number }>({
    ...{ rows: [], dropped: 0, state: 'opening', next: 0 },
  });
  const [, show] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!isOn) return;
    const memory = kept.current;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isDirty = false;
    const painting = setInterval(() => {
      if (isDirty) show();
      isDirty = false;
    }, showEveryMs);
    const is = (state: Watch['state']) => {
      memory.state = state;
      show();
    };
    const add = (row: Omit<LiveRow, 'key'>) => {
      memory.rows.unshift({ ...row, key: memory.next++ } as LiveRow);
      if (memory.rows.length > maxRows) memory.rows.length = maxRows;
      isDirty = true;
    };
    const open = () => {
      clearTimeout(timer);
      if (source) return;
      source = new EventSource(url);
      source.onopen = () => is('open');
      source.addEventListener('message', ({ data }) =>
        add({ kind: 'message', message: JSON.parse(data) } as never),
      );
      source.addEventListener('refused', ({ data }) =>
        add({ kind: 'refused', refusal: JSON.parse(data) } as never),
      );
      source.addEventListener('dropped', ({ data }) => {
        memory.dropped += JSON.parse(data).count ?? 0;
        isDirty = true;
      });
      source.onerror = () => {
        close();
        is('lost');
        timer = setTimeout(open, reopenAfterMs);
      };
      source.addEventListener('ended', () => source?.onerror?.(new Event('error')));
    };
    const close = () => {
      source?.close();
      source = undefined;
    };
    const seen = () => {
      clearTimeout(timer);
      if (!document.hidden) open();
      else
        timer = setTimeout(() => {
          close();
          is('hidden');
        }, closeAfterMs);
    };
    document.addEventListener('visibilitychange', seen);
    seen();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      clearInterval(painting);
      clearTimeout(timer);
      close();
    };
  }, [url, isOn]);
  const clear = () => {
    kept.current.rows = [];
    kept.current.dropped = 0;
    show();
  };
  return { ...kept.current, clear };
}
