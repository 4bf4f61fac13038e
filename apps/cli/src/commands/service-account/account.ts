/** The options with which a command names the service account that it is about. */
import type { Client } from '@iotcore/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { addFolderOption } from '../../options/selection.ts';
import { findServiceAccountId } from '../../resources/service-accounts.ts';

export interface AccountOptions {
  readonly id?: string;
  readonly name?: string;
  readonly serviceAccountId?: string;
  readonly serviceAccountName?: string;
  readonly folderId?: string;
}

/** `[id-or-name]`, `--id`, `--name`: of a command about the account itself. */
export function addAccountSelection(command: Command): Command {
  command
    .argument('[id-or-name]', 'service account, by its ID or its name')
    .option('--id <id>', 'service account, by its ID')
    .option('--name <name>', 'service account, by its name');
  return addFolderOption(command);
}

/** `--service-account-id`, `--service-account-name`: of a command about a key or a role of it. */
export function addAccountOwnerSelection(command: Command): Command {
  command
    .option('--service-account-id <id>', 'service account, by its ID')
    .option('--service-account-name <name>', 'service account, by its name');
  return addFolderOption(command);
}

/** The client, and the ID of the account that the options name. */
export async function selectedAccount(
  context: CliContext,
  either: string | undefined,
  options: AccountOptions,
): Promise<{ client: Client; serviceAccountId: string }> {
  const id = options.id ?? options.serviceAccountId;
  const name = options.name ?? options.serviceAccountName;
  const said = [either, id, name].filter((one) => one !== undefined);
  if (said.length !== 1) throw usageError('name one service account: by its ID or by its name');
  const client = await context.api();
  if (id !== undefined) return { client, serviceAccountId: id };
  const folderId = await context.configuration.folderId(options.folderId);
  const wanted = { folderId, name: name ?? either ?? '', mayBeId: either !== undefined };
  return { client, serviceAccountId: await findServiceAccountId(client, wanted) };
}
