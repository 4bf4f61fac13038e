/** The first words of command lines. Each is loaded when it is used: starting stays fast however many there are. */
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

export interface CommandGroup {
  readonly name: string;
  load(): Promise<{ register(program: Command, context: CliContext): void }>;
}

export const commandGroups: readonly CommandGroup[] = [
  { name: 'registry', load: () => import('./registry/index.ts') },
  { name: 'migrate', load: () => import('./migrate/index.ts') },
  { name: 'device', load: () => import('./device/index.ts') },
  { name: 'broker', load: () => import('./broker/index.ts') },
];
