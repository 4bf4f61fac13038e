import { Operation, resourceNames } from '@iotcore/contract';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from '../shared/owner.ts';
import { topLevelMutation } from '../shared/top-level-mutations.ts';

const names = resourceNames.registry;

export const enableRegistry = statusOperation(
  'Enable',
  'ACTIVE',
  'Lets a disabled registry and its devices connect again.',
);
export const disableRegistry = statusOperation(
  'Disable',
  'DISABLED',
  'Neither the registry nor its devices can connect any more; their sessions end within a second.',
);

function statusOperation(verb: 'Enable' | 'Disable', status: 'ACTIVE' | 'DISABLED', description: string) {
  return defineOperation({
    ...mutation(names, `${verb}Registry`),
    service: names.tag,
    summary: `${verb}s a registry`,
    description,
    permission: 'edit',
    keyed: true,
    ids: ownerIds(names),
    output: Operation,
    subject: ownerSubject(names),
    async run({ target, commit }) {
      return commit(async (tx) =>
        topLevelMutation('registry', await tx.registries.setStatus(target.id, status)),
      );
    },
  });
}
