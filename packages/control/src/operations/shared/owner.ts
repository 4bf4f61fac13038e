/** Registries, devices and brokers alike: what the operations on their credentials have in common. */
import { brokerId, deviceId, type ResourceKind, type ResourceNames, registryId } from '@iotcore/contract';
import type { Permission } from '@iotcore/model';
import type { Owner, Reads } from '@iotcore/store/control';
import type { z } from 'zod';
import { resource, type Subject } from '../../pipeline/subject.ts';

const ids = { registry: registryId, device: deviceId, broker: brokerId };

export const publishPermission: Readonly<Record<ResourceKind, Permission>> = {
  registry: 'publishAsRegistry',
  device: 'publishAsDevice',
  broker: 'publishAsBroker',
};

/** The field that names the resource. */
export function ownerIds({ kind, idField }: ResourceNames): Record<string, z.ZodString> {
  return { [idField]: ids[kind] };
}

/** As `ownerSubject`, with the status: what ends a stream that is open. */
export function ownerStatusSubject(names: ResourceNames) {
  return async (input: object, read: Reads) => {
    const id = String((input as Record<string, unknown>)[names.idField]);
    const row = await read.owners.find({ kind: names.kind, id });
    return resource(names.noun, row && { kind: names.kind, ...row });
  };
}

export interface OwnerTarget extends Owner {
  readonly folderId: string;
}

/** The resource that the input names, as what a call is about. */
export function ownerSubject({ kind, noun, idField }: ResourceNames) {
  return async (input: object, read: Reads): Promise<Subject<OwnerTarget>> => {
    const id = String((input as Record<string, unknown>)[idField]);
    const row = await read.owners.find({ kind, id });
    return resource(noun, row && { kind, id, folderId: row.folderId });
  };
}
