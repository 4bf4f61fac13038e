/** `iotcore service-account api-key …`: secrets that scripts send with each call. */
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { withExamples } from '../examples.ts';
import { reportRemoval } from '../shared/report.ts';
import { type AccountOptions, addAccountOwnerSelection, selectedAccount } from './account.ts';

export function registerApiKeys(parent: Command, context: CliContext): void {
  const keys = parent
    .command('api-key')
    .description('Manage API keys: secrets that scripts send with each call');
  const create = addAccountOwnerSelection(keys.command('create'))
    .description('Make an API key; its secret is shown this once')
    .option('--description <text>', 'what it is for')
    .option('--expires-at <time>', 'when it stops to work (RFC 3339); default: never')
    .action(async (options: AccountOptions & { description?: string; expiresAt?: string }) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      const { description, expiresAt } = options;
      const body = {
        ...(description !== undefined && { description }),
        ...(expiresAt !== undefined && { expiresAt }),
      };
      const made = await answer(sdk.createApiKey({ client, path: { serviceAccountId }, body }));
      await context.out.result({ ...made.apiKey, secret: made.secret });
    });
  withExamples(create, 'iotcore service-account api-key create --service-account-name deployer');

  const list = addAccountOwnerSelection(keys.command('list'))
    .description('List the API keys of a service account')
    .action(async (options: AccountOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      const { apiKeys } = await answer(sdk.listApiKeys({ client, path: { serviceAccountId } }));
      await context.out.rows(
        apiKeys,
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'CREATED AT', value: ({ createdAt }) => createdAt },
          { title: 'EXPIRES AT', value: ({ expiresAt }) => expiresAt },
          { title: 'DESCRIPTION', value: ({ description }) => description },
        ],
        'no API keys',
      );
    });
  withExamples(list, 'iotcore service-account api-key list --service-account-name deployer');

  const remove = addAccountOwnerSelection(keys.command('delete'))
    .description('Delete an API key; it ends to work within a second')
    .argument('<id>', 'ID of the key')
    .action(async (apiKeyId: string, options: AccountOptions) => {
      const { client, serviceAccountId } = await selectedAccount(context, undefined, options);
      const operation = await answer(sdk.deleteApiKey({ client, path: { serviceAccountId, apiKeyId } }));
      reportRemoval(context, operation, `the API key ${apiKeyId}`);
    });
  withExamples(remove, 'iotcore service-account api-key delete $API_KEY_ID --service-account-name deployer');
}
