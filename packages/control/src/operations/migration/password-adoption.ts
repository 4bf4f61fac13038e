import {
  maxAdoptionDays,
  Operation,
  PasswordAdoption,
  type ResourceNames,
  resourceNames,
  SetPasswordAdoptionRequest,
} from '@iotcore/contract';
import { asAny, empty, ownerField } from '@iotcore/contract/records';
import type { Clock } from '@iotcore/process';
import type * as control from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';

const dayMs = 86_400_000;

type AdoptionNames = ResourceNames & { readonly kind: control.AdoptionOwner['kind'] };

/** Said before it is switched on, wherever it can be. */
const trustOnFirstUse = [
  'This is trust on first use: until the end, **whoever first connects with the ID of a device and any password is taken for that device**, and its password is stored; from then on only that one counts.',
  'Devices that have a password already are not touched. Empty passwords are refused, weak ones are adopted with a warning, since devices in the field have what they have. What was adopted wrongly is rejected by deleting the password; while adoption is on, the next first connection is adopted then.',
  'Keep it short, and name the networks that the devices come from.',
].join(' ');

export const passwordAdoptionOperations = [
  ...adoptionOperations(resourceNames.registry),
  ...adoptionOperations(resourceNames.broker),
];

function adoptionOperations(names: AdoptionNames) {
  const { noun, kind, protoPackage } = names;
  const whom = kind === 'registry' ? 'a registry and its devices' : 'a broker';
  const common = {
    service: 'MigrationService',
    permission: 'administer',
    ids: ownerIds(names),
    subject: ownerSubject(names),
  } as const;

  return [
    defineOperation({
      ...common,
      name: `get${noun}PasswordAdoption`,
      summary: `Returns how the passwords of ${whom} are adopted`,
      description: 'NOT_FOUND while adoption is off. What has ended is shown until it is deleted.',
      output: PasswordAdoption,
      async run({ target: { id }, read }) {
        const row = await read.passwordAdoptions.find({ kind, id });
        if (!row) throw errors.notFound('Password adoption');
        return toPasswordAdoption(ownerField(names, id), row);
      },
    }),

    defineOperation({
      ...common,
      ...mutation(names, `Set${noun}PasswordAdoption`),
      summary: `Adopts the passwords of ${whom} from their first connections`,
      description: trustOnFirstUse,
      message: SetPasswordAdoptionRequest,
      output: Operation,
      async run({ input, target: { id, folderId }, caller, commit }, { clock }: { readonly clock: Clock }) {
        const { networks = [], attemptsPerMinute } = input;
        const createdAt = clock.date();
        const endsAt = endWithin(input.endsAt, createdAt);
        const fields = { endsAt, networks, attemptsPerMinute, createdBy: caller.id, createdAt };
        const field = ownerField(names, id);
        return commit(async (tx) => {
          const row = await tx.passwordAdoptions.set({ kind, id }, fields);
          return {
            resourceId: id,
            folderId,
            metadata: {
              ...field,
              endsAt: endsAt.toISOString(),
              networks: networks.join(' '),
              attemptsPerMinute: String(attemptsPerMinute),
            },
            response: asAny(`${protoPackage}.PasswordAdoption`, toPasswordAdoption(field, row)),
          };
        });
      },
    }),

    defineOperation({
      ...common,
      ...mutation(names, `Delete${noun}PasswordAdoption`),
      summary: `Ends the adoption of passwords of ${whom}`,
      description: 'At once. Passwords that were adopted stay.',
      output: Operation,
      async run({ target: { id, folderId }, commit }) {
        return commit(async (tx) => {
          await tx.passwordAdoptions.delete({ kind, id });
          return { resourceId: id, folderId, metadata: ownerField(names, id), response: empty };
        });
      },
    }),
  ];
}

/** @throws INVALID_ARGUMENT if the end has come, or is further away than adoption may last */
function endWithin(text: string, now: Date): Date {
  const endsAt = new Date(text);
  const aheadMs = endsAt.getTime() - now.getTime();
  if (aheadMs > 0 && aheadMs <= maxAdoptionDays * dayMs) return endsAt;
  const description = `In the future, and at most ${maxAdoptionDays} days away.`;
  throw errors.invalidArgument([{ field: 'endsAt', description }]);
}

function toPasswordAdoption(
  owner: Readonly<Record<string, string>>,
  row: control.PasswordAdoptionRow,
): PasswordAdoption {
  return {
    ...owner,
    endsAt: row.endsAt.toISOString(),
    networks: [...row.networks],
    attemptsPerMinute: row.attemptsPerMinute,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
  };
}
