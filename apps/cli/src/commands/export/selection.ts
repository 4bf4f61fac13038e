/** The options with which a command names the export that it is about. */
import type { Client } from '@iotcore/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { addFolderOption } from '../../options/selection.ts';
import { findExportId } from '../../resources/exports.ts';

export interface ExportOptions {
  readonly id?: string;
  readonly name?: string;
  readonly folderId?: string;
}

/** `[id-or-name]`, `--id`, `--name`. */
export function addExportSelection(command: Command): Command {
  command
    .argument('[id-or-name]', 'export, by its ID or its name')
    .option('--id <id>', 'export, by its ID')
    .option('--name <name>', 'export, by its name');
  return addFolderOption(command);
}

/** The client, and the ID of the export that the options name. */
export async function selectedExport(
  context: CliContext,
  either: string | undefined,
  { id, name, folderId }: ExportOptions,
): Promise<{ client: Client; exportId: string }> {
  const said = [either, id, name].filter((one) => one !== undefined);
  if (said.length !== 1) throw usageError('name one export: by its ID or by its name');
  const client = await context.api();
  if (id !== undefined) return { client, exportId: id };
  const folder = await context.configuration.folderId(folderId);
  return { client, exportId: await findExportId(client, folder, name ?? either ?? '') };
}
