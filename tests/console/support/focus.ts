/** Where the focus is. What is asked runs in the page, whose objects this project has no types of. */
import type { Locator } from 'playwright-core';

interface Place {
  contains(other: unknown): boolean;
  getAttribute(name: string): string | null;
}
interface Page {
  readonly document: { readonly activeElement: Place | null };
}

export function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluate((one) => (globalThis as unknown as Page).document.activeElement === one);
}

export function holdsFocus(target: Locator): Promise<boolean> {
  return target.evaluate((one) =>
    (one as unknown as Place).contains((globalThis as unknown as Page).document.activeElement),
  );
}

/** The role of what has the focus; empty: it says none. */
export function roleOfFocus(target: Locator): Promise<string> {
  return target.evaluate(
    () => (globalThis as unknown as Page).document.activeElement?.getAttribute('role') ?? '',
  );
}
