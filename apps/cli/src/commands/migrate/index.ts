import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { registerAdoption } from './adoption.ts';
import { registerStatus } from './status.ts';
import { registerYandex } from './yandex.ts';

export function register(program: Command, context: CliContext): void {
  const migrate = program.command('migrate').description('Move in from another service');
  registerYandex(migrate, context);
  registerAdoption(migrate, context);
  registerStatus(migrate, context);
}
