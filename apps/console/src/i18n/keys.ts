/** Which words there are: those of the English texts. The Russian ones have the same, by type. */
import type { en } from './en/index.ts';

export type Language = 'en' | 'ru';
type Keysets = typeof en;
/** Every key of the English texts; one that counts is a list of plural forms in either language. */
export type Texts = {
  readonly [S in keyof Keysets]: {
    readonly [K in keyof Keysets[S]]: Keysets[S][K] extends string
      ? string
      : Readonly<Record<string, string>>;
  };
};
export type TextKey = { [S in keyof Keysets & string]: `${S}.${keyof Keysets[S] & string}` }[keyof Keysets &
  string];
