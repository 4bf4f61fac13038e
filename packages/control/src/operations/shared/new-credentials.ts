import type { PasswordHasher } from '@iotcore/credentials';
import { chainLength, createId, readCertificate } from '@iotcore/model';
import type { InitialCredentials, NewCertificate, NewPassword } from '@iotcore/store/control';
import type { Mutation } from '../../pipeline/operation.ts';

interface Given {
  readonly certificates?: readonly { readonly certificateData: string }[] | undefined;
  readonly password?: string | undefined;
}

/** The credentials that a resource is created with, ready to be stored. */
export async function newCredentials(given: Given, hasher: PasswordHasher): Promise<InitialCredentials> {
  return {
    certificates: (given.certificates ?? []).map(({ certificateData }) => newCertificate(certificateData)),
    password: given.password === undefined ? undefined : await newPassword(given.password, hasher),
  };
}

/** A certificate that the contract has let through. */
export function newCertificate(pem: string): NewCertificate {
  const reading = readCertificate(pem);
  if (!reading.ok) throw new TypeError('the contract let through what is no certificate');
  const { sha256, ...facts } = reading.certificate;
  return { ...facts, sha256: Uint8Array.from(sha256), pem };
}

/** Says so in the operation if of some certificates' PEM only the first certificate of a chain counts. */
export function withChainNote(mutation: Mutation, certificates: readonly NewCertificate[]): Mutation {
  const chains = certificates.filter(({ pem }) => chainLength(pem) > 1);
  const [one] = chains;
  if (!one) return mutation;
  const which = certificates.length === 1 ? 'The PEM' : `The PEM of ${one.fingerprint}`;
  const others = chains.length === 1 ? '' : `, and so are ${chains.length - 1} more`;
  return { ...mutation, note: `${which} is a chain${others}: only its first certificate counts` };
}

export async function newPassword(password: string, hasher: PasswordHasher): Promise<NewPassword> {
  return { id: createId(), hash: await hasher.hash(password) };
}
