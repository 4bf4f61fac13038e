/** `iotcore migrate adoption on, off, show`: passwords, which cannot be exported, are taken over from the devices themselves. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { CliError, usageError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { count, futureTime, words } from '../../options/values.ts';
import { withExamples } from '../examples.ts';
import { reportChange } from '../shared/report.ts';
import { addOwnerOptions, findOwner, type Owner, type OwnerOptions } from './owner.ts';

interface OnOptions extends OwnerOptions {
  readonly until: string;
  readonly networks?: readonly string[];
  readonly attemptsPerMinute?: number;
  readonly yes?: boolean;
}

export function registerAdoption(parent: Command, context: CliContext): void {
  const adoption = parent
    .command('adoption')
    .description('Take over passwords from the devices themselves, at their first connection');
  registerOn(adoption, context);
  registerOff(adoption, context);
  registerShow(adoption, context);
}

function registerOn(parent: Command, context: CliContext): void {
  const on = addOwnerOptions(parent.command('on'))
    .description('Switch adoption on for a registry and its devices, or for a broker')
    .requiredOption('--until <time>', 'when it ends: 14d, 2026-12-31T00:00:00Z; at most 90 days ahead')
    .option('--networks <cidr,…>', 'where first connections may come from; without it from anywhere', words)
    .option('--attempts-per-minute <n>', 'first connections from one address in a minute', count(1))
    .option('--yes', 'you have read the warning')
    .action(async (options: OnOptions) => {
      const { networks, attemptsPerMinute } = options;
      const endsAt = futureTime(options.until, context.now());
      const { client, owner } = await findOwner(context, options);
      context.out.note(warning(owner, endsAt, networks ?? []));
      if (!options.yes) await agree(context);
      const body = {
        endsAt: endsAt.toISOString(),
        ...(networks === undefined ? {} : { networks: [...networks] }),
        ...(attemptsPerMinute === undefined ? {} : { attemptsPerMinute }),
      };
      await reportChange(
        context,
        await answer(
          'registryId' in owner
            ? sdk.setRegistryPasswordAdoption({ client, path: owner, body })
            : sdk.setBrokerPasswordAdoption({ client, path: owner, body }),
        ),
      );
    });
  withExamples(
    on,
    'iotcore migrate adoption on --registry-name greenhouse --until 14d --networks 192.0.2.0/24 --yes',
  );
}

/** What is at stake, in plain words. */
function warning(owner: Owner, endsAt: Date, networks: readonly string[]): string {
  const [what, plural] =
    'registryId' in owner
      ? [`registry ${owner.registryId}`, 'it and its devices']
      : [`broker ${owner.brokerId}`, 'it'];
  const from = networks.length > 0 ? `from ${networks.join(', ')}` : 'from anywhere';
  return `Password adoption is trust on first use. Until ${endsAt.toISOString()} this holds for ${what} (${plural}):
whoever connects first ${from} with an ID that has no password yet is let in with any password, and that
password counts from then on. The server cannot tell a device from a stranger that knows its ID, and IDs are no secrets.
If a stranger comes first, the device itself is refused, until you see it (\`iotcore migrate status --devices adopted\`),
delete that password, and the device connects again. Confine it with --networks, and end it soon.`;
}

async function agree({ prompt }: CliContext): Promise<void> {
  if (!prompt.isTerminal) throw usageError('nothing was changed: give --yes to say that you have read this');
  if (!(await prompt.confirm('Switch it on?'))) throw new CliError('nothing was changed');
}

function registerOff(parent: Command, context: CliContext): void {
  const off = addOwnerOptions(parent.command('off'))
    .description('Switch adoption off at once; passwords that were adopted stay')
    .action(async (options: OwnerOptions) => {
      const { client, owner } = await findOwner(context, options);
      const { id } = await answer(
        'registryId' in owner
          ? sdk.deleteRegistryPasswordAdoption({ client, path: owner })
          : sdk.deleteBrokerPasswordAdoption({ client, path: owner }),
      );
      context.out.note(`password adoption is off\noperation ${id} is done`);
    });
  withExamples(off, 'iotcore migrate adoption off --registry-name greenhouse');
}

function registerShow(parent: Command, context: CliContext): void {
  const show = addOwnerOptions(parent.command('show'))
    .description('Show until when and from where adoption is on; exit code 3 if it is off')
    .action(async (options: OwnerOptions) => {
      const { client, owner } = await findOwner(context, options);
      const call =
        'registryId' in owner
          ? sdk.getRegistryPasswordAdoption({ client, path: owner })
          : sdk.getBrokerPasswordAdoption({ client, path: owner });
      await context.out.result(await answer<sdk.PasswordAdoption>(call).catch(sayOff));
    });
  withExamples(show, 'iotcore migrate adoption show --registry-name greenhouse');
}

function sayOff(error: unknown): never {
  if (error instanceof CliError && error.exitCode === exitCodes.notFound)
    throw new CliError('password adoption is off', exitCodes.notFound);
  throw error;
}
