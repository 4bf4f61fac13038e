import { useSyncExternalStore } from 'react';

/** Does the system, or its window, answer to this now? */
export function useMediaQuery(text: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia(text);
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => matchMedia(text).matches,
  );
}
