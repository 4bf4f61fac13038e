/** `iotcore folder …`: folders, which are there as soon as something is in them. */
import { everyFolder } from '@iotcore/model';
import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import { count } from '../../options/values.ts';
import { withExamples } from '../examples.ts';

const everyFolderNote = 'no folder: accounts of the whole installation';

export function register(program: Command, context: CliContext): void {
  const folder = program
    .command('folder')
    .alias('folders')
    .description('Find the folders that hold something');
  const list = folder
    .command('list')
    .description('List the folders that hold a registry, a broker or a service account, and that you may see')
    .option('--limit <n>', 'folders at most', count(1))
    .action(async ({ limit }: { limit?: number }) => {
      const client = await context.api();
      const folders = everyPage(
        async (query) => {
          const { folders: items, nextPageToken } = await answer(sdk.listFolders({ client, query }));
          return { items, nextPageToken };
        },
        { limit },
      );
      await context.out.rows(
        folders,
        [
          { title: 'ID', value: ({ id }) => id },
          { title: 'STATUS', value: ({ status }) => status },
          { title: 'NOTE', value: ({ id }) => (id === everyFolder ? everyFolderNote : '') },
        ],
        'no folder holds anything',
      );
    });
  withExamples(list, 'iotcore folder list');
}
