import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';

export function register(program: Command, context: CliContext): void {
  const registry = program.command('registry').description('Manage registries');
  registry
    .command('list')
    .description('List the registries of a folder')
    .option('--folder-id <id>', 'folder (IOTCORE_FOLDER_ID)')
    .action(async (options: { folderId?: string }) => {
      const folderId = await context.configuration.folderId(options.folderId);
      const client = await context.api();
      const registries = everyPage(async (page) => {
        const { registries: items, nextPageToken } = await answer(
          sdk.listRegistries({ client, query: { folderId, ...page } }),
        );
        return { items, nextPageToken };
      });
      await context.out.rows(registries, [
        { title: 'ID', value: ({ id }) => id },
        { title: 'NAME', value: ({ name }) => name },
      ]);
    });
}
