/** From how people name a resource (its ID, its name, or either) to its ID. */
import * as sdk from '@iotcore/sdk';
import { answer } from '../calls.ts';
import { ApiRefusal, CliError, usageError } from '../errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { type Kind, listRegistries, registryKind } from './kinds.ts';

/** What was said of one resource; exactly one of the first three. */
export interface Selection {
  readonly either?: string | undefined;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** Where names are looked up. */
  readonly folderId: string;
  /** Of a device: the registry that its name is unique in. */
  readonly registry?: { readonly id?: string | undefined; readonly name?: string | undefined };
}

const notFoundCode = 5;

/**
 * The ID of the resource that is meant. A word that may be either is an ID if there is such a resource, else a name.
 *
 * @throws CliError if it is said twice or not at all, if nothing has that name, or if several devices have it
 */
export async function findId(client: sdk.Client, kind: Kind, selection: Selection): Promise<string> {
  const { either, id, name } = selection;
  const said = [either, id, name].filter((one) => one !== undefined);
  if (said.length !== 1)
    throw usageError(`name one ${kind.noun}: by its ID or name as an argument, with --id, or with --name`);
  if (id !== undefined) return id;
  if (either !== undefined && (await exists(client, kind, either))) return either;
  return byName(client, kind, said[0] ?? '', selection);
}

async function exists(client: sdk.Client, kind: Kind, id: string): Promise<boolean> {
  // Names may hold what no ID holds: spare the question.
  if (!/^[a-z0-9]{1,50}$/.test(id)) return false;
  return (await unlessNotFound(kind.get(client, id))) !== undefined;
}

async function byName(
  client: sdk.Client,
  kind: Kind,
  name: string,
  { folderId, registry }: Selection,
): Promise<string> {
  if (kind.noun === 'device') return deviceByName(client, name, folderId, registry);
  const found = await (kind.noun === 'registry' ? registryByName : brokerByName)(client, folderId, name);
  if (found !== undefined) return found;
  throw new CliError(`there is no ${kind.noun} ${name} in the folder ${folderId}`, exitCodes.notFound);
}

async function registryByName(client: sdk.Client, folderId: string, name: string) {
  const query = { folderId, registryName: name };
  return (await unlessNotFound(answer(sdk.getRegistryByName({ client, query }))))?.id;
}

async function brokerByName(client: sdk.Client, folderId: string, name: string) {
  const query = { folderId, brokerName: name };
  return (await unlessNotFound(answer(sdk.getBrokerByName({ client, query }))))?.id;
}

/** Without a registry, in each of the folder's: a device's name is unique in its registry alone. */
async function deviceByName(
  client: sdk.Client,
  name: string,
  folderId: string,
  registry: Selection['registry'] = {},
): Promise<string> {
  const found: string[] = [];
  const isNamed = registry.id !== undefined || registry.name !== undefined;
  const registries = isNamed
    ? [{ id: await findId(client, registryKind, { ...registry, folderId }) }]
    : listRegistries(client, folderId);
  for await (const { id: registryId } of registries) {
    const query = { registryId, deviceName: name };
    const device = await unlessNotFound(answer(sdk.getDeviceByName({ client, query })));
    if (device) found.push(device.id);
  }
  if (found.length > 1)
    throw usageError(
      `several devices are named ${name} (${found.join(', ')}): say which with --id, or name its registry`,
    );
  if (found[0] !== undefined) return found[0];
  const place = isNamed ? 'in that registry' : `in the folder ${folderId}`;
  throw new CliError(`there is no device ${name} ${place}`, exitCodes.notFound);
}

async function unlessNotFound<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ApiRefusal && error.status.code === notFoundCode) return undefined;
    throw error;
  }
}
