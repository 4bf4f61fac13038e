import { basics } from './basics.ts';
import { operating } from './operating.ts';
import { resources } from './resources.ts';

export const en = { ...basics, ...operating, ...resources };
