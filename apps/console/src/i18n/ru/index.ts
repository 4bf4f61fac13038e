import type { Texts } from '../keys.ts';
import { basics } from './basics.ts';
import { exporting } from './exports.ts';
import { movingIn } from './moving-in.ts';
import { operating } from './operating.ts';
import { resources } from './resources.ts';

/** As many keys as in English, no more and no less: the type says so. */
export const ru: Texts = { ...basics, ...exporting, ...movingIn, ...operating, ...resources };
