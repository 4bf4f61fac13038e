import { basics } from './basics.ts';
import { resources } from './resources.ts';

export const en = { ...basics, ...resources };
