/** The code of a screen comes from the API, like everything: while that is away it is asked for again. */
const againAfterMs = 1000;

let isMissing = false;
const listeners = new Set<() => void>();

export async function loadScreen<T>(load: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      const screen = await load();
      note(false);
      return screen;
    } catch {
      note(true);
      await new Promise((resolve) => setTimeout(resolve, againAfterMs));
    }
  }
}

/** For `useSyncExternalStore`: is a screen waited for whose code did not come? */
export const screenIsMissing = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => isMissing,
};

function note(missing: boolean): void {
  isMissing = missing;
  for (const listener of listeners) listener();
}
