import { Operation, resourceNames } from '@iotcore/contract';
import * as control from '@iotcore/store/control';
import { defineRoute, mutation, type Route } from '../../../../routing/route.ts';
import { registryParams } from './params.ts';
import { registryChange } from './registry-change.ts';

const names = resourceNames.registry;
const { path, tag, noun } = names;

export const enableRegistry = statusRoute(
  'Enable',
  'ACTIVE',
  'Lets a disabled registry and its devices connect again.',
);
export const disableRegistry = statusRoute(
  'Disable',
  'DISABLED',
  'Neither the registry nor its devices can connect any more; their sessions end within a second.',
);

function statusRoute(verb: 'Enable' | 'Disable', status: 'ACTIVE' | 'DISABLED', description: string): Route {
  return defineRoute({
    method: 'POST',
    path: `${path}/{registryId}:${verb.toLowerCase()}`,
    ...mutation(names, `${verb}Registry`),
    tag,
    summary: `${verb}s a registry`,
    description,
    permission: 'edit',
    params: registryParams,
    response: Operation,
    async handler({ params: { registryId }, guard, db, commit }) {
      guard.resource(await control.findOwner(db, { kind: 'registry', id: registryId }), noun);
      return commit(async (tx) => registryChange(await control.setRegistryStatus(tx, registryId, status)));
    },
  });
}
