import {
  CreateNetworkBlockRequest,
  ListNetworkBlocksResponse,
  maxNetworkBlocks,
  type NetworkBlock,
  networkBlockId,
  Operation,
} from '@iotcore/contract';
import { asAny, empty } from '@iotcore/contract/records';
import { createId, everyFolder } from '@iotcore/model';
import type { Clock } from '@iotcore/process';
import type { NetworkBlockRow } from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';
import { text } from '../../messages/json.ts';
import { defineOperation, mutation } from '../../pipeline/operation.ts';
import { folder } from '../../pipeline/subject.ts';
import { inFuture } from './in-future.ts';

const names = { protoPackage: 'iotcore.access.v1', auditService: 'access' } as const;

/** Addresses are of the whole installation. */
const common = {
  service: 'AccessService',
  permission: 'administer',
  subject: () => folder(everyFolder),
} as const;

export const networkBlockOperations = [
  defineOperation({
    ...common,
    name: 'listNetworkBlocks',
    summary: 'Lists the address ranges that may not connect',
    output: ListNetworkBlocksResponse,
    async run({ read }, { clock }: { readonly clock: Clock }) {
      return { networkBlocks: (await read.networkBlocks.list(clock.date())).map(toNetworkBlock) };
    },
  }),

  defineOperation({
    ...common,
    ...mutation(names, 'CreateNetworkBlock'),
    summary: 'Keeps an address range out of MQTT until a time',
    description: `Its connections end within a second, and new ones are closed before TLS. At most ${maxNetworkBlocks} at a time. Behind a proxy the address in its PROXY header counts.`,
    keyed: true,
    message: CreateNetworkBlockRequest,
    output: Operation,
    async run(
      { input: { network, endsAt, note = '' }, caller, commit },
      { clock }: { readonly clock: Clock },
    ) {
      const createdAt = clock.date();
      const end = inFuture(endsAt, createdAt);
      const block = { id: createId(), network, endsAt: end, note, createdAt, createdBy: caller.id };
      return commit(async (tx) => {
        const row = await tx.networkBlocks.create(block, maxNetworkBlocks);
        if (!row) throw errors.tooManyNetworkBlocks(maxNetworkBlocks);
        return {
          resourceId: row.id,
          folderId: everyFolder,
          metadata: { networkBlockId: row.id, network },
          response: asAny(`${names.protoPackage}.NetworkBlock`, toNetworkBlock(row)),
        };
      });
    },
  }),

  defineOperation({
    ...common,
    ...mutation(names, 'DeleteNetworkBlock'),
    summary: 'Lets an address range connect again',
    ids: { networkBlockId },
    output: Operation,
    async run({ input: { networkBlockId }, commit }) {
      return commit(async (tx) => {
        await tx.networkBlocks.delete(networkBlockId);
        return {
          resourceId: networkBlockId,
          folderId: everyFolder,
          metadata: { networkBlockId },
          response: empty,
        };
      });
    },
  }),
];

function toNetworkBlock(row: NetworkBlockRow): NetworkBlock {
  return {
    id: row.id,
    network: row.network,
    endsAt: row.endsAt.toISOString(),
    ...text('note', row.note),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
  };
}
