import { Tray } from '@gravity-ui/icons';
import type { TextKey } from '../i18n/keys.ts';

/** The sections, in the order of the menu. `key`: what follows `g`. */
export const sections = [
  { to: '/registries', title: 'nav.registries', icon: Tray, key: 'r' },
] as const satisfies readonly { readonly title: TextKey; readonly [key: string]: unknown }[];
