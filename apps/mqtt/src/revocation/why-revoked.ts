import type { Reason } from '@iotcore/engine';
import type { CertificateIdentity, Identity, PasswordIdentity } from '@iotcore/store/data-plane';
import type { Client } from '../clients/client.ts';
import { closingReasons } from '../hosting/closing-reasons.ts';

/** What the database says now about the owners of some clients. */
export interface CurrentState {
  readonly owners: ReadonlyMap<string, PasswordIdentity>;
  /** By SHA-256, lower-case hex. */
  readonly certificates: ReadonlyMap<string, CertificateIdentity>;
}

/** Why the client's session must end; undefined: it may stay. */
export function whyRevoked({ principal, credential }: Client, state: CurrentState): Reason | undefined {
  const owner = state.owners.get(principal.id);
  if (!owner || !isSame(owner, principal)) return closingReasons.ownerDeleted[principal.kind];
  if (owner.blocked) return closingReasons.disabled;
  if (owner.disabled) return closingReasons.registryDisabled;
  if (credential.kind === 'password') {
    const exists = owner.passwords.some(({ id }) => id === credential.id);
    return exists ? undefined : closingReasons.passwordDeleted;
  }
  const certificate = state.certificates.get(credential.sha256);
  return certificate && isSame(certificate, principal) ? undefined : closingReasons.certificateDeleted;
}

function isSame({ principal }: Identity, other: Client['principal']): boolean {
  const { kind, id, folderId } = principal;
  return kind === other.kind && id === other.id && folderId === other.folderId;
}
