import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { addImportOptions, type ImportFlags, readImportOptions } from '../import-options.ts';

export function registerYandex(migrate: Command, context: CliContext): void {
  const command = migrate
    .command('yandex')
    .description('Import registries, brokers, devices and certificates from an export of Yandex IoT Core')
    .argument('[folder]', 'folder with registries.json and the other files of the export');
  addImportOptions(command).action(async (folder: string, flags: ImportFlags) => {
    const { folderSource } = await import('../../import/folder-source.ts');
    const { runImport } = await import('../../import/run-import.ts');
    await runImport(folderSource(folder), readImportOptions(flags), context);
  });
}
