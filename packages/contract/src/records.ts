/**
 * How the records of calls look: the messages of operations, and the names of audit events. Without schemas, so that a
 * process which only writes records need not load them.
 */
import { type ResourceNames, resourceNames } from './resources/resource-kinds.ts';

export type { ResourceNames } from './resources/resource-kinds.ts';
export { resourceNames };

/** A message with its type, as it stands in an operation. */
export interface TypedMessage {
  readonly '@type': string;
  readonly [field: string]: unknown;
}

/** What the records of a mutating call say. */
export interface RecordNames {
  /** `Add device password`. */
  readonly description: string;
  /** Name of the message in the operation's metadata. */
  readonly metadataType: string;
  /** Under the names of the old service: `devices.AddDevicePassword`. */
  readonly eventType: string;
}

export function asAny(type: string, message: object): TypedMessage {
  return { '@type': `type.googleapis.com/${type}`, ...message };
}

/** The response of calls that answer with nothing. `Empty` is a well-known type: its value stands apart. */
export const empty: TypedMessage = { ...asAny('google.protobuf.Empty', {}), value: {} };

/** How the records name a call, such as `AddDevicePassword`. */
export function recordNames(
  { protoPackage, auditService }: Pick<ResourceNames, 'protoPackage' | 'auditService'>,
  call: string,
): RecordNames {
  return {
    description: call.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    metadataType: `${protoPackage}.${call}Metadata`,
    eventType: `${auditService}.${call}`,
  };
}

/** `{deviceId: …}`: how messages name what they belong to. */
export function ownerField({ idField }: Pick<ResourceNames, 'idField'>, id: string): Record<string, string> {
  return { [idField]: id };
}

export function toPassword(
  owner: Readonly<Record<string, string>>,
  row: { readonly id: string; readonly createdAt: Date },
) {
  return { ...owner, id: row.id, createdAt: row.createdAt.toISOString() };
}
