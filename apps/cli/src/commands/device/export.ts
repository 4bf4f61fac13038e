import * as sdk from '@iotcore/sdk';
import type { Command } from 'commander';
import { answer, everyPage } from '../../calls.ts';
import type { CliContext } from '../../context.ts';
import type { FileFormat } from '../../device-files/read-rows.ts';
import { CliError } from '../../errors.ts';
import {
  addFolderOption,
  addRegistryOptions,
  type SelectionOptions,
  selected,
} from '../../options/selection.ts';
import { registryKind } from '../../resources/kinds.ts';
import { withExamples } from '../examples.ts';
import { fileFormatOption, formatOf } from './import.ts';

interface DeviceExportFlags extends SelectionOptions {
  readonly fileFormat?: FileFormat;
}

export function registerExport(parent: Command, context: CliContext): void {
  const command = addFolderOption(addRegistryOptions(parent.command('export'), 'registry to export'))
    .description('Export the devices of a registry with their certificates, as CSV or NDJSON')
    .argument('[file]', 'file to write; without one, standard output')
    .addOption(fileFormatOption());
  withExamples(
    command,
    'iotcore device export devices.csv --registry-name greenhouse',
    'iotcore device export devices.ndjson --registry-name greenhouse',
  ).action(async (file: string | undefined, flags: DeviceExportFlags) => {
    const format = formatOf(file, flags.fileFormat);
    const { writeRows } = await import('../../device-files/write-rows.ts');
    const { writeWhole } = await import('../../device-files/write-whole.ts');
    const { client, id: registryId } = await selected(context, registryKind, undefined, flags);
    // A file is begun beside its place: Ctrl-C must come back here, to remove that. Otherwise it ends the command at once.
    const interruption = file === undefined ? {} : { signal: context.signal };
    let count = 0;
    const devices = everyPage(async (page) => {
      const found = await answer(
        sdk.exportRegistry({ client, path: { registryId }, query: page, ...interruption }),
      );
      count += found.devices.length;
      context.out.progress(`${count} devices`);
      return { items: found.devices, nextPageToken: found.nextPageToken };
    });
    const rows = writeRows(devices, format);
    if (file === undefined) for await (const row of rows) await context.out.raw(row);
    else
      await writeWhole(file, rows).catch((error: unknown) => {
        throw context.signal.aborted ? new CliError(`Interrupted: ${file} was not completed.`) : error;
      });
    context.out.note(`${count} devices exported. Passwords are stored as hashes, and are in no export.`);
  });
}
