/** `iotcore access …`: which roles a service account has, and in which folders. */

import { roles } from '@iotcore/model';
import * as sdk from '@iotcore/sdk';
import { type Command, Option } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import { withExamples } from '../examples.ts';
import {
  type AccountOptions,
  addAccountOwnerSelection,
  selectedAccount,
} from '../service-account/account.ts';
import { reportChange, reportRemoval } from '../shared/report.ts';

interface RoleOptions extends AccountOptions {
  readonly role: sdk.RoleBinding['role'];
  readonly inFolder?: string;
}

export function register(program: Command, context: CliContext): void {
  const access = program.command('access').description('Manage the roles of service accounts');
  const roleOf = () => new Option('--role <role>', 'the role').choices(roles).makeOptionMandatory();
  const inFolder = '--in-folder <id>';

  const add = addAccountOwnerSelection(access.command('add'))
    .description('Give a role in a folder')
    .addOption(roleOf())
    .option(inFolder, 'folder that the role is for; `*`: every folder; default: that of the account')
    .action(async (options: RoleOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      const folderId = options.inFolder ?? (await context.configuration.folderId(options.folderId));
      const body = { folderId, role: options.role };
      await reportChange(
        context,
        await answer(sdk.createRoleBinding({ client, path: { serviceAccountId }, body })),
      );
    });
  withExamples(add, 'iotcore access add --service-account-name deployer --role editor');

  const list = addAccountOwnerSelection(access.command('list'))
    .description('List the roles of a service account')
    .action(async (options: AccountOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      await context.out.rows(
        await rolesOf(client, serviceAccountId),
        [
          { title: 'ROLE', value: ({ role }) => role },
          { title: 'FOLDER ID', value: ({ folderId }) => folderId },
          { title: 'ID', value: ({ id }) => id },
        ],
        'no roles',
      );
    });
  withExamples(list, 'iotcore access list --service-account-name deployer');

  const remove = addAccountOwnerSelection(access.command('remove'))
    .description('Take a role away; it takes effect within a second')
    .addOption(roleOf())
    .option(inFolder, 'folder that the role is for; default: that of the account')
    .action(async (options: RoleOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      const folderId = options.inFolder ?? (await context.configuration.folderId(options.folderId));
      const roles = await rolesOf(client, serviceAccountId);
      const binding = roles.find((one) => one.role === options.role && one.folderId === folderId);
      if (!binding) throw new CliError(`it has no role ${options.role} in ${folderId}`, exitCodes.notFound);
      const path = { serviceAccountId, roleBindingId: binding.id };
      const operation = await answer(sdk.deleteRoleBinding({ client, path }));
      reportRemoval(context, operation, `the role ${options.role} in ${folderId}`);
    });
  withExamples(remove, 'iotcore access remove --service-account-name deployer --role editor');
}

async function rolesOf(client: sdk.Client, serviceAccountId: string): Promise<readonly sdk.RoleBinding[]> {
  return (await answer(sdk.listRoleBindings({ client, path: { serviceAccountId } }))).roleBindings;
}
