import { ConnackCode, type Reason, reasonOf } from '@iotcore/engine';
import type { Principal } from '@iotcore/model';
import type { Client } from '../clients/client.ts';

/** Why a client is not accepted: the CONNACK code, and the reason for metrics and the connection log (never told to the client). */
export interface Refusal {
  readonly code: ConnackCode;
  readonly reason: Reason;
}

/**
 * What came of the credentials. `subject` is the resource that they named, as far as it is known to exist: the
 * connection log of a refusal is kept there.
 */
export type AuthenticationResult =
  | { readonly accepted: true; readonly client: Client }
  | { readonly accepted: false; readonly refusal: Refusal; readonly subject?: Principal };

/** Every refusal there is. */
export const refusals = {
  wrongPassword: {
    code: ConnackCode.badUserNameOrPassword,
    reason: reasonOf('unknown user name or wrong password'),
  },
  noPassword: { code: ConnackCode.badUserNameOrPassword, reason: reasonOf('user name without password') },
  noCredentials: { code: ConnackCode.notAuthorized, reason: reasonOf('neither password nor certificate') },
  unknownCertificate: { code: ConnackCode.notAuthorized, reason: reasonOf('unknown certificate') },
  expiredCertificate: { code: ConnackCode.notAuthorized, reason: reasonOf('certificate expired') },
  futureCertificate: { code: ConnackCode.notAuthorized, reason: reasonOf('certificate not yet valid') },
  foreignCertificate: {
    code: ConnackCode.notAuthorized,
    reason: reasonOf('certificate of another than the user name'),
  },
  adoptionOutside: {
    code: ConnackCode.badUserNameOrPassword,
    reason: reasonOf('password not adopted: address outside the allowed networks'),
  },
  adoptionEmpty: {
    code: ConnackCode.badUserNameOrPassword,
    reason: reasonOf('password not adopted: it is empty'),
  },
  adoptionTooLong: {
    code: ConnackCode.badUserNameOrPassword,
    reason: reasonOf('password not adopted: it is too long'),
  },
  adoptionThrottled: {
    code: ConnackCode.badUserNameOrPassword,
    reason: reasonOf('password not adopted: too many first connections from this address'),
  },
  registryDisabled: { code: ConnackCode.notAuthorized, reason: reasonOf('registry disabled') },
  disabled: { code: ConnackCode.notAuthorized, reason: reasonOf('disabled by an operator') },
  unchecked: { code: ConnackCode.serverUnavailable, reason: reasonOf('credentials could not be checked') },
  throttled: { code: ConnackCode.serverUnavailable, reason: reasonOf('too many wrong passwords') },
  principalFull: {
    code: ConnackCode.serverUnavailable,
    reason: reasonOf('too many connections of this device or registry'),
  },
  tenantFull: {
    code: ConnackCode.serverUnavailable,
    reason: reasonOf('too many connections of the registry with its devices, or of the broker'),
  },
  overloaded: {
    code: ConnackCode.serverUnavailable,
    reason: reasonOf('too many passwords are being checked'),
  },
} as const satisfies Record<string, Refusal>;

export function refuse(refusal: Refusal, subject?: Principal): AuthenticationResult {
  return subject === undefined ? { accepted: false, refusal } : { accepted: false, refusal, subject };
}
