/** Exports, as calls of the API. */
import * as sdk from '@iotcore/sdk';
import { answer, everyPage } from '../calls.ts';
import { CliError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';

export function listExports(
  client: sdk.Client,
  folderId: string,
  limit?: number,
): AsyncGenerator<sdk.Export> {
  return everyPage(
    async (page) => {
      const { exports: items, nextPageToken } = await answer(
        sdk.listExports({ client, query: { folderId, ...page } }),
      );
      return { items, nextPageToken };
    },
    { limit },
  );
}

/** By its name or its ID. @throws CliError if the folder has none such */
export async function findExportId(client: sdk.Client, folderId: string, named: string): Promise<string> {
  for await (const { id, name } of listExports(client, folderId))
    if (name === named || id === named) return id;
  throw new CliError(`there is no export ${named} in the folder ${folderId}`, exitCodes.notFound);
}
