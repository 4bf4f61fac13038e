/** Words in both languages: `t('devices.title')`. Keys are checked by type, so that none is missing in either. */
import { I18N } from '@gravity-ui/i18n';
import { configure } from '@gravity-ui/uikit';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { en } from './en/index.ts';
import type { Language, TextKey } from './keys.ts';
import { findingsInRussian, reasonInRussian, sentenceInRussian } from './refusals/in-russian.ts';
import { ru } from './ru/index.ts';

type Params = Readonly<Record<string, string | number>>;
export type Translate = (key: TextKey, params?: Params) => string;

interface Said {
  readonly name: string;
  readonly rule: string | undefined;
}

interface Spoken {
  readonly t: Translate;
  readonly language: Language;
  /** A sentence of the API, or its findings in an entry of an import, which it says in English. */
  readonly say: (sentence: string) => string;
  /** Why a client was refused: the code in words, and the rule. */
  readonly why: (code: string, rule?: string) => Said;
}

const Context = createContext<Spoken | undefined>(undefined);

export function TextsProvider({ language, children }: { language: Language; children: ReactNode }) {
  const value = useMemo((): Spoken => {
    configure({ lang: language });
    document.documentElement.lang = language;
    const i18n = new I18N({ lang: language, data: { [language]: language === 'ru' ? ru : en } as never });
    const t: Translate = (key, params) => {
      const dot = key.indexOf('.');
      return i18n.i18n(key.slice(0, dot), key.slice(dot + 1), params as never);
    };
    if (language === 'en')
      return {
        t,
        language,
        say: (sentence: string) => sentence,
        why: (name: string, rule?: string) => ({ name, rule }),
      };
    return {
      t,
      language,
      say: (sentence: string) => sentenceInRussian(sentence) ?? findingsInRussian(sentence),
      why: (name: string, rule?: string) =>
        reasonInRussian(name) ?? { name: sentenceInRussian(name) ?? name, rule },
    };
  }, [language]);
  return <Context value={value}>{children}</Context>;
}

export function useTexts() {
  const value = useContext(Context);
  if (!value) throw new Error('no TextsProvider');
  return value;
}

/** What the browser asks for. */
export function preferredLanguage(): Language {
  return navigator.languages.some((one) => one.startsWith('ru')) ? 'ru' : 'en';
}
