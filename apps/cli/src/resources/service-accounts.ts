/** Service accounts, as calls of the API. */
import * as sdk from '@iotcore/sdk';
import { answer, everyPage } from '../calls.ts';
import { CliError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

export function listServiceAccounts(
  client: sdk.Client,
  folderId: string,
  limit?: number,
): AsyncGenerator<sdk.ServiceAccount> {
  return everyPage(
    async (page) => {
      const { serviceAccounts: items, nextPageToken } = await answer(
        sdk.listServiceAccounts({ client, query: { folderId, ...page } }),
      );
      return { items, nextPageToken };
    },
    { limit },
  );
}

interface Wanted {
  readonly folderId: string;
  readonly name: string;
  /** The name may be an ID as well. */
  readonly mayBeId: boolean;
}

/** @throws CliError if the folder has none of that name */
export async function findServiceAccountId(
  client: sdk.Client,
  { folderId, name, mayBeId }: Wanted,
): Promise<string> {
  for await (const account of listServiceAccounts(client, folderId)) {
    if (account.name === name || (mayBeId && account.id === name)) return account.id;
  }
  throw new CliError(`there is no service account ${name} in the folder ${folderId}`, exitCodes.notFound);
}
