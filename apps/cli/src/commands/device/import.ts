import { extname } from 'node:path';
import { type Command, Option } from 'commander';
import type { CliContext } from '../../context.ts';
import type { FileFormat } from '../../device-files/read-rows.ts';
import { usageError } from '../../errors.ts';
import {
  addFolderOption,
  addRegistryOptions,
  type SelectionOptions,
  selected,
} from '../../options/selection.ts';
import { registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { addImportOptions, type ImportFlags, readImportOptions } from '../import-options.ts';

interface DeviceImportFlags extends ImportFlags, SelectionOptions {
  readonly fileFormat?: FileFormat;
}

export function registerImport(parent: Command, context: CliContext): void {
  const command = addFolderOption(addRegistryOptions(parent.command('import'), 'registry to import into'))
    .description('Import devices and their certificates from a CSV or NDJSON file')
    .argument('<file>', 'file of devices, one a row')
    .addOption(fileFormatOption());
  withExamples(
    addImportOptions(command),
    'iotcore device import devices.csv --registry-name greenhouse --dry-run',
    'iotcore device import devices.ndjson --registry-name greenhouse',
  ).action(async (file: string, flags: DeviceImportFlags) => {
    const format = formatOf(file, flags.fileFormat);
    const { fileSource } = await import('../../device-files/file-source.ts');
    const { runImport } = await import('../../import/run-import.ts');
    const options = readImportOptions(flags);
    const { id } = await selected(context, registryKind, undefined, flags);
    await runImport(fileSource(file, format, id), options, context);
  });
}

export function fileFormatOption(): Option {
  return new Option('--file-format <format>', 'of the file, if its name does not end in it').choices([
    'csv',
    'ndjson',
  ]);
}

/** What was said, or what the file's name ends in. */
export function formatOf(file: string | undefined, said: FileFormat | undefined): FileFormat {
  const ending = extname(file ?? '').slice(1);
  const format = said ?? ending;
  if (format === 'csv' || format === 'ndjson') return format;
  throw usageError('say what the file is with --file-format csv or --file-format ndjson');
}
