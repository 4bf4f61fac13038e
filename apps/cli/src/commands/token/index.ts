/** `iotcore token …`: the access token that commands use. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { futureTime } from '../../options/values.ts';
import { withExamples } from '../examples.ts';

const ownerAlone = 0o600;

export function register(program: Command, context: CliContext): void {
  const token = program.command('token').description('Renew the access token that is used');
  const rotate = token
    .command('rotate')
    .description('Make a new token of the same account, and end all that it had; API keys stay')
    .option(
      '--expires <time>',
      'when the new one ends, a year ahead at most: 90d, 2027-06-30T00:00:00Z',
      '365d',
    )
    .action(async ({ expires }: { expires: string }) => {
      const { configuration, out } = context;
      const path = join(configuration.dataDir, 'admin.token');
      const isOfDataFolder = await configuration.isTokenOfDataFolder();
      const client = await context.api();
      const body = { expiresAt: futureTime(expires, context.now()).toISOString() };
      const renewed = await answer(sdk.renewAccessToken({ client, body }));
      if (!isOfDataFolder) {
        await out.result(renewed);
        out.note('the old token ends within a second: put the new one where that was');
        return;
      }
      await writeFile(path, `${renewed.iamToken}\n`, { mode: ownerAlone }).catch(
        async (error: NodeJS.ErrnoException) => {
          await out.result(renewed);
          throw new CliError(`${path} cannot be written (${error.code}): put the new token there yourself`);
        },
      );
      out.note(
        `${path} has the new token, good until ${renewed.expiresAt}; the old ones end within a second`,
      );
    });
  withExamples(rotate, 'iotcore token rotate');
}
