/** The options with which every command names the resource that it is about. */
import type { Client } from '@iotcore/sdk';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { findId, type Selection } from '../resources/find.ts';
import type { Kind } from '../resources/kinds.ts';

/** How a command names the registry that something belongs to. */
export interface RegistryOptions {
  readonly registryId?: string;
  readonly registryName?: string;
  readonly folderId?: string;
}

/** As commander hands them over; `--device-id` of credentials is the same as `--id` of the device itself. */
export interface SelectionOptions extends RegistryOptions {
  readonly id?: string;
  readonly name?: string;
  readonly deviceId?: string;
  readonly deviceName?: string;
  readonly brokerId?: string;
  readonly brokerName?: string;
}

export function addFolderOption(command: Command): Command {
  return command.option('--folder-id <id>', 'folder (IOTCORE_FOLDER_ID; default: default)');
}

/** `[id-or-name]`, `--id`, `--name`: of the resource that a command is about. */
export function addSelection(command: Command, { noun }: Kind): Command {
  command
    .argument('[id-or-name]', `${noun}, by its ID or its name`)
    .option('--id <id>', `${noun}, by its ID`)
    .option('--name <name>', `${noun}, by its name`);
  if (noun === 'device') addRegistryOptions(command, 'registry in which the name is looked up');
  return addFolderOption(command);
}

/** `--device-id`, `--device-name`: of the resource that has the credentials a command is about. `--id` does, too. */
export function addOwnerSelection(command: Command, { noun }: Kind): Command {
  command
    .argument('[id-or-name]', `${noun}, by its ID or its name`)
    .option(`--${noun}-id <id>`, `${noun}, by its ID`)
    .option(`--${noun}-name <name>`, `${noun}, by its name`)
    .addOption(new Option('--id <id>').hideHelp())
    .addOption(new Option('--name <name>').hideHelp());
  if (noun === 'device') addRegistryOptions(command, 'registry in which the name is looked up');
  return addFolderOption(command);
}

export function addRegistryOptions(command: Command, what: string): Command {
  return command
    .option('--registry-id <id>', `${what}, by its ID`)
    .option('--registry-name <name>', `${what}, by its name`);
}

/** The client, and the ID of the resource that the options name. */
export async function selected(
  context: CliContext,
  kind: Kind,
  either: string | undefined,
  options: SelectionOptions,
): Promise<{ client: Client; id: string }> {
  const client = await context.api();
  const folderId = await context.configuration.folderId(options.folderId);
  const selection: Selection = {
    either,
    id: options.id ?? options[`${kind.noun}Id`],
    name: options.name ?? options[`${kind.noun}Name`],
    folderId,
    registry: { id: options.registryId, name: options.registryName },
  };
  return { client, id: await findId(client, kind, selection) };
}
