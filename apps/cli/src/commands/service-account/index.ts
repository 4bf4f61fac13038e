/** `iotcore service-account …`: programs that call the API, with their keys, as `yc iam` names them. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { addFolderOption } from '../../options/selection.ts';
import { count } from '../../options/values.ts';
import { listServiceAccounts } from '../../resources/service-accounts.ts';
import { withExamples } from '../examples.ts';
import { reportChange, reportRemoval } from '../shared/report.ts';
import { type AccountOptions, addAccountSelection, selectedAccount } from './account.ts';
import { registerApiKeys } from './api-keys.ts';
import { registerKeys } from './keys.ts';

export function register(program: Command, context: CliContext): void {
  const account = program
    .command('service-account')
    .alias('service-accounts')
    .description('Manage service accounts: programs that call the API');
  registerCreate(account, context);
  registerList(account, context);
  registerGet(account, context);
  registerDelete(account, context);
  registerKeys(account, context);
  registerApiKeys(account, context);
}

interface CreateOptions {
  readonly name?: string;
  readonly description?: string;
  readonly folderId?: string;
}

function registerCreate(parent: Command, context: CliContext): void {
  const create = addFolderOption(parent.command('create'))
    .description('Create a service account; it may do nothing until it is given a role')
    .argument('[name]', 'name of the account')
    .option('--name <name>', 'name of the account')
    .option('--description <text>', 'what it is for')
    .action(async (argument: string | undefined, { name = argument ?? '', ...options }: CreateOptions) => {
      const folderId = await context.configuration.folderId(options.folderId);
      const { description } = options;
      const body = { folderId, name, ...(description !== undefined && { description }) };
      const client = await context.api();
      await reportChange(context, await answer(sdk.createServiceAccount({ client, body })));
    });
  withExamples(create, "iotcore service-account create deployer --description 'Terraform'");
}

function registerList(parent: Command, context: CliContext): void {
  const list = addFolderOption(parent.command('list'))
    .description('List the service accounts of a folder')
    .option('--limit <n>', 'accounts at most', count(1))
    .action(async (options: { folderId?: string; limit?: number }) => {
      const folderId = await context.configuration.folderId(options.folderId);
      await context.out.rows(
        listServiceAccounts(await context.api(), folderId, options.limit),
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'NAME', value: ({ name }) => name },
          { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
          { title: 'DESCRIPTION', value: ({ description }) => description },
        ],
        `no service accounts in the folder ${folderId}`,
      );
    });
  withExamples(list, 'iotcore service-account list');
}

function registerGet(parent: Command, context: CliContext): void {
  const get = addAccountSelection(parent.command('get'))
    .description('Show a service account')
    .action(async (either: string | undefined, options: AccountOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, either, options);
      await context.out.result(await answer(sdk.getServiceAccount({ client, path: { serviceAccountId } })));
    });
  withExamples(get, 'iotcore service-account get deployer');
}

function registerDelete(parent: Command, context: CliContext): void {
  const remove = addAccountSelection(parent.command('delete'))
    .description('Delete a service account with its keys and roles; its tokens end within a second')
    .action(async (either: string | undefined, options: AccountOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, either, options);
      const operation = await answer(sdk.deleteServiceAccount({ client, path: { serviceAccountId } }));
      reportRemoval(context, operation, `the service account ${serviceAccountId}`);
    });
  withExamples(remove, 'iotcore service-account delete deployer');
}
