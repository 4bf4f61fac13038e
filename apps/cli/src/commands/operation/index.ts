/** `iotcore operation …`. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { withExamples } from '../examples.ts';

export function register(program: Command, context: CliContext): void {
  const operation = program.command('operation').description('Look up what a change did');
  const get = operation
    .command('get')
    .description('Show an operation; every change notes the ID of its own')
    .argument('[id]', 'ID of the operation')
    .option('--id <id>', 'ID of the operation')
    .action(async (argument: string | undefined, options: { id?: string }) => {
      const operationId = argument ?? options.id;
      if (operationId === undefined || (argument !== undefined && options.id !== undefined))
        throw usageError('name one operation by its ID');
      const client = await context.api();
      await context.out.result(await answer(sdk.getOperation({ client, path: { operationId } })));
    });
  withExamples(get, 'iotcore operation get $OPERATION_ID --format yaml');
}
