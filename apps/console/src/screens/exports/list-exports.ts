import { type Export, getExport, listExports } from '@iotcore/sdk';
import { ask, client } from '../../api/client.ts';

/** Each has its state asked for by a call of its own. */
const pageSize = 50;

/** A page of the exports of a folder, or of a registry, each with its state. */
export async function listWithState(
  of: { readonly folderId: string } | { readonly registryId: string },
  pageToken?: string,
) {
  const query = { ...of, pageSize, pageToken };
  const { exports, nextPageToken } = await ask(listExports({ client, query }));
  return { exports: await Promise.all(exports.map(withState)), nextPageToken };
}

function withState(one: Export): Promise<Export> {
  const call = getExport({ client, path: { exportId: one.id }, query: { exportView: 'FULL' } });
  // One that was deleted meanwhile is shown as it was listed.
  return ask(call).catch(() => one);
}
