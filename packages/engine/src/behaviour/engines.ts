import { createAedesEngine } from '../aedes/index.ts';
import { createNativeEngine } from '../native/index.ts';
import type { CreateEngine } from '../port.ts';

export interface NamedEngine {
  readonly name: string;
  readonly create: CreateEngine;
}

/** Every engine that there is: each behaviour here is a promise of the port, and so of all of them. */
export const engines: readonly NamedEngine[] = [
  { name: 'aedes', create: createAedesEngine },
  { name: 'native', create: createNativeEngine },
];
