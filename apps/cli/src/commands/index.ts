/** The first words of command lines. Each is loaded when it is used: starting stays fast however many there are. */
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';

export interface CommandGroup {
  readonly name: string;
  /** Does it need all other groups to be there? */
  readonly needsAll?: true;
  load(): Promise<{ register(program: Command, context: CliContext): void }>;
}

export const commandGroups: readonly CommandGroup[] = [
  { name: 'registry', load: () => import('./registry/index.ts') },
  { name: 'migrate', load: () => import('./migrate/index.ts') },
  { name: 'device', load: () => import('./device/index.ts') },
  { name: 'broker', load: () => import('./broker/index.ts') },
  { name: 'export', load: () => import('./export/index.ts') },
  { name: 'mqtt', load: () => import('./mqtt/index.ts') },
  { name: 'emulate', load: () => import('./emulate/index.ts') },
  { name: 'refused', load: () => import('./refused/index.ts') },
  { name: 'block', load: () => import('./block/index.ts') },
  { name: 'audit', load: () => import('./audit/index.ts') },
  { name: 'folder', load: () => import('./folder/index.ts') },
  { name: 'operation', load: () => import('./operation/index.ts') },
  { name: 'service-account', load: () => import('./service-account/index.ts') },
  { name: 'token', load: () => import('./token/index.ts') },
  { name: 'access', load: () => import('./access/index.ts') },
  { name: 'node', load: () => import('./node/index.ts') },
  { name: 'certificate', load: () => import('./certificate/index.ts') },
  { name: 'status', load: () => import('./status/index.ts') },
  { name: 'console', load: () => import('./console/index.ts') },
  { name: 'doctor', load: () => import('./doctor/index.ts') },
  { name: 'config', load: () => import('./config/index.ts') },
  { name: 'completion', needsAll: true, load: () => import('./completion/index.ts') },
];
