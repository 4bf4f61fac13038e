/** `iotcore console`: a link that opens the web console, signed in. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { withExamples } from '../examples.ts';

export function register(program: Command, context: CliContext): void {
  const command = program
    .command('console')
    .description(
      'Print a link that opens the web console, signed in as the account of the token; good once, for ten minutes',
    )
    .action(async () => {
      const { signInCode, expiresAt } = await answer(sdk.issueSignInCode({ client: await context.api() }));
      const url = new URL(`/console/#code=${signInCode}`, await context.configuration.endpoint()).href;
      await context.out.result({ url, expiresAt });
    });
  withExamples(command, 'iotcore console');
}
