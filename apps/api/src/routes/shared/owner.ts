/** Registries, devices and brokers alike: what the routes of their credentials have in common. */
import { brokerId, deviceId, type ResourceKind, type ResourceNames, registryId } from '@iotcore/contract';
import type { Permission } from '@iotcore/model';
import { findOwner, type Owner } from '@iotcore/store/control';
import { z } from 'zod';
import type { RouteContext } from '../../routing/route.ts';

type Params = Readonly<Record<string, string>>;

const ids = { registry: registryId, device: deviceId, broker: brokerId };

export const publishPermission: Readonly<Record<ResourceKind, Permission>> = {
  registry: 'publishAsRegistry',
  device: 'publishAsDevice',
  broker: 'publishAsBroker',
};

/** The parameters of a path below a resource: its ID, and `more`. */
export function ownerParams({ kind, idField }: ResourceNames, more: z.ZodRawShape = {}): z.ZodType<Params> {
  return z.strictObject({ [idField]: ids[kind], ...more }) as unknown as z.ZodType<Params>;
}

/** Where a resource lies. */
export function ownerPath({ path, idField }: Pick<ResourceNames, 'path' | 'idField'>): string {
  return `${path}/{${idField}}`;
}

/** The resource that a path names, once it is known that the caller may do this with it. */
export async function permittedOwner(
  { kind, noun, idField }: ResourceNames,
  { params, guard, db }: Pick<RouteContext, 'guard' | 'db'> & { readonly params: Params },
): Promise<Owner & { readonly folderId: string }> {
  const id = params[idField] ?? '';
  const { folderId } = guard.resource(await findOwner(db, { kind, id }), noun);
  return { kind, id, folderId };
}
