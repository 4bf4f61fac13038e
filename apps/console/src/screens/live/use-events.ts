/** A stream of server-sent events. It is closed while nobody looks: a browser has six connections to an origin. */
import { useEffect, useRef, useState } from 'react';

export type StreamState = 'opening' | 'open' | 'hidden' | 'lost';

/** By the name of an event: what to do with its data. */
export type Handlers = Readonly<Record<string, (data: never) => void>>;

/** A tab may come back at once, in ms. */
const closeAfterMs = 2000;
const reopenAfterMs = 1000;

/** Listens to `url` while `isOn`, and opens it again whenever it ends. */
export function useEvents(url: string, isOn: boolean, handlers: Handlers): StreamState {
  const [state, setState] = useState<StreamState>('opening');
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    if (!isOn) return;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const close = () => {
      source?.close();
      source = undefined;
    };
    const lose = () => {
      close();
      setState('lost');
      timer = setTimeout(open, reopenAfterMs);
    };
    const open = () => {
      clearTimeout(timer);
      if (source) return;
      source = new EventSource(url);
      source.onopen = () => setState('open');
      source.onerror = lose;
      source.addEventListener('ended', lose);
      for (const name of Object.keys(current.current))
        source.addEventListener(name, ({ data }) => current.current[name]?.(JSON.parse(data) as never));
    };
    const look = () => {
      clearTimeout(timer);
      if (!document.hidden) return open();
      timer = setTimeout(() => {
        close();
        setState('hidden');
      }, closeAfterMs);
    };
    document.addEventListener('visibilitychange', look);
    look();
    return () => {
      document.removeEventListener('visibilitychange', look);
      clearTimeout(timer);
      close();
    };
  }, [url, isOn]);
  return state;
}
