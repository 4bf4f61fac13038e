import { ListSessionsResponse, Operation, type ResourceNames } from '@iotcore/contract';
import { empty, ownerField } from '@iotcore/contract/records';
import { text } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from './owner.ts';

export function sessionOperations(names: ResourceNames) {
  const { noun, kind } = names;
  const common = { service: 'AccessService', ids: ownerIds(names), subject: ownerSubject(names) } as const;
  return [
    defineOperation({
      ...common,
      name: `list${noun}Sessions`,
      summary: `Lists the live sessions of a ${kind}`,
      description: 'A moment old. Where an MQTT server died, its sessions are shown for up to 15 seconds.',
      permission: 'view',
      output: ListSessionsResponse,
      async run({ target, read }) {
        const rows = await read.liveSessions.list(target);
        const sessions = rows.map(({ clientId, address, secure, connectedAt, nodeId, ...credential }) => ({
          ...{ clientId, address, nodeId },
          tls: secure,
          connectedAt: connectedAt.toISOString(),
          ...text('passwordId', credential.passwordId),
          ...text('certificateFingerprint', credential.certificateFingerprint),
        }));
        return { sessions };
      },
    }),
    defineOperation({
      ...common,
      ...mutation(names, `Disconnect${noun}`),
      summary: `Ends the sessions of a ${kind}`,
      description: 'Within a second. It may connect again at once: to keep it out, disable it.',
      permission: 'edit',
      output: Operation,
      async run({ target: { kind: targetKind, id, folderId }, commit }) {
        return commit(async (tx) => {
          await tx.liveSessions.disconnect({ kind: targetKind, id });
          return { resourceId: id, folderId, metadata: ownerField(names, id), response: empty };
        });
      },
    }),
  ];
}
