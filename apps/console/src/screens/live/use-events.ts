/** A stream of server-sent events. It is closed while nobody looks: a browser has six connections to an origin. */
import { useEffect, useRef, useState } from 'react';

export type StreamState = 'opening' | 'open' | 'hidden' | 'lost';

/** By the name of an event: what to do with its data. */
export type Handlers = Readonly<Record<string, (data: never) => void>>;

/** Data of the event `gap`: how many MQTT servers take part now. */
export interface Gap {
  readonly servers: number;
}

/** A tab may come back at once, in ms. */
const closeAfterMs = 2000;
const reopenAfterMs = 1000;

/**
 * Listens to `url` while `isOn`, and opens it again whenever it ends.
 * @param onOpen `isAgain`: it was interrupted, and what came meanwhile is not in it
 */
export function useEvents(
  url: string,
  isOn: boolean,
  handlers: Handlers,
  onOpen: (isAgain: boolean) => void,
): StreamState {
  const [state, setState] = useState<StreamState>('opening');
  const current = useRef({ handlers, onOpen });
  current.current = { handlers, onOpen };
  useEffect(() => {
    if (!isOn) return;
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasOpen = false;
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
      source.onopen = () => {
        setState('open');
        current.current.onOpen(wasOpen);
        wasOpen = true;
      };
      source.onerror = lose;
      source.addEventListener('ended', lose);
      for (const name of Object.keys(current.current.handlers))
        source.addEventListener(name, ({ data }) =>
          current.current.handlers[name]?.(JSON.parse(data) as never),
        );
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
