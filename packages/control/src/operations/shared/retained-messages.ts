import {
  GetRetainedMessageQuery,
  ListRetainedTopicsQuery,
  ListRetainedTopicsResponse,
  type ResourceNames,
  RetainedMessage,
} from '@iotcore/contract';
import type { RetainingOwner } from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';
import { type ApiOperation, defineOperation } from '../../pipeline/operation.ts';
import { ownerIds, ownerSubject } from './owner.ts';

/** Of registries and devices: brokers have no permanent topics. */
export function retainedMessageOperations(
  names: ResourceNames & { readonly kind: RetainingOwner['kind'] },
): ApiOperation[] {
  const { noun, kind } = names;
  const common = {
    service: 'ObservationService',
    permission: 'view',
    ids: ownerIds(names),
    subject: ownerSubject(names),
  } as const;
  return [
    defineOperation({
      ...common,
      name: `list${noun}RetainedTopics`,
      summary: `Lists the permanent topics of a ${kind} that have a retained message`,
      message: ListRetainedTopicsQuery,
      output: ListRetainedTopicsResponse,
      async run({ target: { id }, read, page: request, nextPageToken }) {
        const page = await read.retainedMessages.list({ kind, id }, request);
        const topics = page.rows.map(({ topic, bytes, updatedAt }) => ({
          ...{ topic, bytes },
          updatedAt: updatedAt.toISOString(),
        }));
        return { topics, ...nextPageToken(page) };
      },
    }),
    defineOperation({
      ...common,
      name: `get${noun}RetainedMessage`,
      summary: `Returns the retained message of a permanent topic of a ${kind}`,
      description: 'NOT_FOUND if the topic has none, whether it is a permanent topic or not.',
      message: GetRetainedMessageQuery,
      output: RetainedMessage,
      async run({ input, target: { id }, read }) {
        const row = await read.retainedMessages.find({ kind, id }, input.topic);
        if (!row) throw errors.notFound('Retained message');
        const { topic, payload, updatedAt } = row;
        return { topic, data: payload.toString('base64'), updatedAt: updatedAt.toISOString() };
      },
    }),
  ];
}
