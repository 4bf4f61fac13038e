import type { CertificateIdentity, Identity, PasswordIdentity } from '@iotcore/store/data-plane';
import type { Client } from '../clients/client.ts';

/** The words of the connection log for sessions that were ended because what they rested on is gone. */
const revocationReasons = {
  passwordDeleted: 'password deleted',
  certificateDeleted: 'certificate deleted',
  registryDisabled: 'registry disabled',
  disabled: 'disabled by an operator',
  ownerDeleted: (kind: string) => `${kind} deleted`,
} as const;

/** What the database says now about the owners of some clients. */
export interface CurrentState {
  readonly owners: ReadonlyMap<string, PasswordIdentity>;
  /** By SHA-256, lower-case hex. */
  readonly certificates: ReadonlyMap<string, CertificateIdentity>;
}

/** Why the client's session must end; undefined: it may stay. */
export function whyRevoked({ principal, credential }: Client, state: CurrentState): string | undefined {
  const owner = state.owners.get(principal.id);
  if (!owner || !isSame(owner, principal)) return revocationReasons.ownerDeleted(principal.kind);
  if (owner.blocked) return revocationReasons.disabled;
  if (owner.disabled) return revocationReasons.registryDisabled;
  if (credential.kind === 'password') {
    const exists = owner.passwords.some(({ id }) => id === credential.id);
    return exists ? undefined : revocationReasons.passwordDeleted;
  }
  const certificate = state.certificates.get(credential.sha256);
  return certificate && isSame(certificate, principal) ? undefined : revocationReasons.certificateDeleted;
}

function isSame({ principal }: Identity, other: Client['principal']): boolean {
  return principal.kind === other.kind && principal.id === other.id;
}
