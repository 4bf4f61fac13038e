import { everyFolder } from '@iotcore/model';
import * as sdk from '@iotcore/sdk';
import { answer } from '../../calls.ts';
import type { CliContext } from '../../context.ts';

/** Folders named in a hint. */
const mostNamed = 5;

/** The rows as they are; if there are none, a note that names the folder that was looked in. */
export async function* sayingWhere<Row>(
  rows: AsyncIterable<Row>,
  context: CliContext,
  { what, folderId }: { readonly what: string; readonly folderId: string },
): AsyncGenerator<Row> {
  let isEmpty = true;
  for await (const row of rows) {
    isEmpty = false;
    yield row;
  }
  if (!isEmpty || !context.out.isTable) return;
  const hint = await elsewhere(await context.api(), folderId);
  context.out.note(`no ${what} in the folder ${folderId}${hint}`);
}

async function elsewhere(client: sdk.Client, folderId: string): Promise<string> {
  const query = { pageSize: mostNamed + 1 };
  // A hint is worth no failure.
  const found = await answer(sdk.listFolders({ client, query })).catch(() => undefined);
  const others = (found?.folders ?? [])
    .map(({ id }) => id)
    .filter((id) => id !== folderId && id !== everyFolder);
  if (others.length === 0) return '';
  const named = others.slice(0, mostNamed).join(', ');
  return `; there is something in ${named}${others.length > mostNamed ? ' and others' : ''} (--folder-id)`;
}
