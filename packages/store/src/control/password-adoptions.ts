import { createId } from '@iotcore/model';
import type { PasswordAdoption } from '../generated/client.ts';
import type { Db } from './db.ts';
import { MissingError } from './errors.ts';

/** What adopts passwords: a registry for itself and its devices, or a broker. */
export interface AdoptionOwner {
  readonly kind: 'registry' | 'broker';
  readonly id: string;
}

export type PasswordAdoptionRow = Omit<PasswordAdoption, 'id'>;

export interface PasswordAdoptionFields {
  readonly endsAt: Date;
  /** In CIDR form; empty: from anywhere. */
  readonly networks: readonly string[];
  readonly attemptsPerMinute: number;
  readonly createdBy: string;
}

function ownerColumn({ kind, id }: AdoptionOwner) {
  return kind === 'registry' ? { registryId: id } : { brokerId: id };
}

/** What was set, also if its end has come. */
export async function findPasswordAdoption(
  db: Db,
  owner: AdoptionOwner,
): Promise<PasswordAdoptionRow | undefined> {
  return (await db.passwordAdoption.findFirst({ where: ownerColumn(owner) })) ?? undefined;
}

/** Switches adoption on, or changes how it is. @throws MissingError if the owner is gone */
export async function setPasswordAdoption(
  tx: Db,
  owner: AdoptionOwner,
  { networks, ...others }: PasswordAdoptionFields,
): Promise<PasswordAdoptionRow> {
  const fields = { ...others, networks: [...networks], createdAt: new Date() };
  const column = ownerColumn(owner);
  return tx.passwordAdoption.upsert({
    where: column as { registryId: string },
    create: { id: createId(), ...column, ...fields },
    update: fields,
  });
}

/** Switches adoption off: from the commit on nothing is adopted. @throws MissingError if it was off */
export async function deletePasswordAdoption(tx: Db, owner: AdoptionOwner): Promise<void> {
  const { count } = await tx.passwordAdoption.deleteMany({ where: ownerColumn(owner) });
  if (count === 0) throw new MissingError('Password adoption');
}
