/** What a person has chosen for this browser. Nothing here is secret. */
import { useSyncExternalStore } from 'react';
import type { Language } from '../i18n/keys.ts';
import { preferredLanguage } from '../i18n/texts.tsx';

export const themes = ['system', 'light', 'dark', 'light-hc', 'dark-hc'] as const;
export type ThemeName = (typeof themes)[number];

export interface Preferences {
  readonly language: Language;
  readonly theme: ThemeName;
  /** Single keys do something; WCAG 2.1.4 asks for a way to switch that off. */
  readonly hasShortcuts: boolean;
  readonly pageSize: 50 | 100;
}

const storageKey = 'iotcore-console';
const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  const usual: Preferences = {
    language: preferredLanguage(),
    theme: 'system',
    hasShortcuts: true,
    pageSize: 50,
  };
  try {
    return { ...usual, ...JSON.parse(localStorage.getItem(storageKey) ?? '{}') };
  } catch {
    return usual;
  }
}

export function setPreferences(changed: Partial<Preferences>): void {
  current = { ...current, ...changed };
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // A browser that keeps nothing: it holds for this page.
  }
  for (const listener of listeners) listener();
}

export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}
