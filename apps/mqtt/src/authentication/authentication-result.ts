import { ConnackCode } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';
import type { Client } from '../clients/client.ts';

/** Why a client is not accepted: the CONNACK code, and the words for the connection log (never told to the client). */
export interface Refusal {
  readonly code: ConnackCode;
  readonly reason: string;
}

/**
 * What came of the credentials. `subject` is the resource that they named, as far as it is known to exist: the
 * connection log of a refusal is kept there.
 */
export type AuthenticationResult =
  | { readonly accepted: true; readonly client: Client }
  | { readonly accepted: false; readonly refusal: Refusal; readonly subject?: Principal };

/** Every refusal there is; the words are stable, people search for them. */
export const refusals = {
  wrongPassword: { code: ConnackCode.badUserNameOrPassword, reason: 'unknown user name or wrong password' },
  noPassword: { code: ConnackCode.badUserNameOrPassword, reason: 'user name without password' },
  noCredentials: { code: ConnackCode.notAuthorized, reason: 'neither password nor certificate' },
  unknownCertificate: { code: ConnackCode.notAuthorized, reason: 'unknown certificate' },
  expiredCertificate: { code: ConnackCode.notAuthorized, reason: 'certificate expired' },
  futureCertificate: { code: ConnackCode.notAuthorized, reason: 'certificate not yet valid' },
  foreignCertificate: {
    code: ConnackCode.notAuthorized,
    reason: 'certificate of another than the user name',
  },
  adoptionOutside: {
    code: ConnackCode.badUserNameOrPassword,
    reason: 'password not adopted: address outside the allowed networks',
  },
  adoptionEmpty: { code: ConnackCode.badUserNameOrPassword, reason: 'password not adopted: it is empty' },
  adoptionTooLong: {
    code: ConnackCode.badUserNameOrPassword,
    reason: 'password not adopted: it is too long',
  },
  adoptionThrottled: {
    code: ConnackCode.badUserNameOrPassword,
    reason: 'password not adopted: too many first connections from this address',
  },
  registryDisabled: { code: ConnackCode.notAuthorized, reason: 'registry disabled' },
  disabled: { code: ConnackCode.notAuthorized, reason: 'disabled by an operator' },
  unchecked: { code: ConnackCode.serverUnavailable, reason: 'credentials could not be checked' },
  throttled: { code: ConnackCode.serverUnavailable, reason: 'too many wrong passwords' },
  principalFull: {
    code: ConnackCode.serverUnavailable,
    reason: 'too many connections of this device or registry',
  },
  tenantFull: {
    code: ConnackCode.serverUnavailable,
    reason: 'too many connections of the registry with its devices, or of the broker',
  },
  overloaded: { code: ConnackCode.serverUnavailable, reason: 'too many passwords are being checked' },
} as const satisfies Record<string, Refusal>;

export function refuse(refusal: Refusal, subject?: Principal): AuthenticationResult {
  return subject === undefined ? { accepted: false, refusal } : { accepted: false, refusal, subject };
}
