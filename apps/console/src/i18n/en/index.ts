import { basics } from './basics.ts';
import { exporting } from './exports.ts';
import { movingIn } from './moving-in.ts';
import { operating } from './operating.ts';
import { resources } from './resources.ts';

export const en = { ...basics, ...exporting, ...movingIn, ...operating, ...resources };
