import { useLayoutEffect, useState } from 'react';

/** An answer that comes sooner needs no sign that it is awaited, in ms. */
const silentMs = 300;

/** Whether what is awaited takes so long that somebody would wonder. */
export function useIsLate(isAwaited: boolean): boolean {
  const [isLate, setIsLate] = useState(false);
  useLayoutEffect(() => {
    if (!isAwaited) return;
    const timer = setTimeout(() => setIsLate(true), silentMs);
    return () => {
      clearTimeout(timer);
      setIsLate(false);
    };
  }, [isAwaited]);
  return isLate;
}
