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

/** All of a folder in these conditions, which the API does not look for: a condition is worked out when it is asked for. */
export async function listInConditions(folderId: string, wanted: readonly string[]) {
  const found: Export[] = [];
  let pageToken: string | undefined;
  do {
    const page = await listWithState({ folderId }, pageToken);
    found.push(...page.exports.filter(({ state }) => state && wanted.includes(state.state)));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return { exports: found };
}

function withState(one: Export): Promise<Export> {
  const call = getExport({ client, path: { exportId: one.id }, query: { exportView: 'FULL' } });
  // One that was deleted meanwhile is shown as it was listed.
  return ask(call).catch(() => one);
}
