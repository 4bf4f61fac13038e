import type { Sql } from '../../database/sql.ts';
import type { Owner } from '../resources/owners.ts';
import { addCertificates, type NewCertificate } from './certificates.ts';
import { addPassword, type NewPassword } from './passwords.ts';

/** The credentials that a resource is created with. */
export interface InitialCredentials {
  readonly certificates: readonly NewCertificate[];
  readonly password: NewPassword | undefined;
}

export async function addCredentials(
  tx: Sql,
  owner: Owner,
  { certificates, password }: InitialCredentials,
): Promise<void> {
  await addCertificates(tx, owner, certificates);
  if (password) await addPassword(tx, owner, password);
}
