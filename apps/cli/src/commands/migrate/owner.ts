/** What a move is about: a registry with its devices, or a broker. */
import type { Client } from '@iotcore/sdk';
import type { Command } from 'commander';
import type { CliContext } from '../../context.ts';
import { usageError } from '../../errors.ts';
import { addFolderOption } from '../../options/selection.ts';
import { findId } from '../../resources/find.ts';
import { brokerKind, registryKind } from '../../resources/kinds.ts';

export interface OwnerOptions {
  readonly registryId?: string;
  readonly registryName?: string;
  readonly brokerId?: string;
  readonly brokerName?: string;
  readonly folderId?: string;
}

export type Owner = { readonly registryId: string } | { readonly brokerId: string };

export function addOwnerOptions(command: Command): Command {
  return addFolderOption(
    command
      .option('--registry-id <id>', 'registry, by its ID')
      .option('--registry-name <name>', 'registry, by its name')
      .option('--broker-id <id>', 'broker, by its ID')
      .option('--broker-name <name>', 'broker, by its name'),
  );
}

/** @throws CliError unless exactly one is named, and there */
export async function findOwner(
  context: CliContext,
  options: OwnerOptions,
): Promise<{ readonly client: Client; readonly owner: Owner }> {
  const { registryId, registryName, brokerId, brokerName } = options;
  const given = [registryId, registryName, brokerId, brokerName].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw usageError('name one: --registry-id, --registry-name, --broker-id or --broker-name');
  const client = await context.api();
  const folderId = await context.configuration.folderId(options.folderId);
  if (brokerId === undefined && brokerName === undefined) {
    const id = await findId(client, registryKind, { id: registryId, name: registryName, folderId });
    return { client, owner: { registryId: id } };
  }
  return {
    client,
    owner: { brokerId: await findId(client, brokerKind, { id: brokerId, name: brokerName, folderId }) },
  };
}
