/** An authenticated MQTT client, or a caller of the API that publishes on its behalf. */
export type Principal = DevicePrincipal | RegistryPrincipal | BrokerPrincipal;

export interface DevicePrincipal extends Owned {
  readonly kind: 'device';
  readonly id: string;
  readonly registryId: string;
}
export interface RegistryPrincipal extends Owned {
  readonly kind: 'registry';
  readonly id: string;
}
export interface BrokerPrincipal extends Owned {
  readonly kind: 'broker';
  readonly id: string;
}

/** An ID that is free again may be given to a resource of another folder: what is written of this one later must not be told of that one. */
interface Owned {
  /** Where it was when it was looked up; absent where it was not. */
  readonly folderId?: string | undefined;
}

/** A client that the topics of registries and devices are for. */
export type Member = DevicePrincipal | RegistryPrincipal;

/** What the rules need to know of a device: whose it is, and all its aliases (alias → prefix, `{id}` replaced). */
export interface DeviceFacts {
  readonly id: string;
  readonly registryId: string;
  readonly aliases: ReadonlyMap<string, string>;
}

export function registryOf(member: Member): string {
  return member.kind === 'device' ? member.registryId : member.id;
}

/** Whose aliases a client may use: a device its own, a registry those of all its devices. */
export function aliasOwners(member: Member, devices: readonly DeviceFacts[]): DeviceFacts[] {
  return devices.filter((device) =>
    member.kind === 'device' ? device.id === member.id : device.registryId === member.id,
  );
}
