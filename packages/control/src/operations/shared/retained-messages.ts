import {
  ClearRetainedMessageResponse,
  ListRetainedTopicsQuery,
  ListRetainedTopicsResponse,
  type ResourceNames,
  RetainedMessage,
  RetainedMessageQuery,
} from '@iotcore/contract';
import { readFullTopic } from '@iotcore/model';
import type { Owner, Reads, RetainingOwner } from '@iotcore/store/control';
import { errors } from '../../errors/catalogue.ts';
import { defineOperation } from '../../pipeline/operation.ts';
import type { MessagePublisher } from '../../publish/message-publisher.ts';
import { ownerIds, ownerSubject } from './owner.ts';

/** Of registries and devices: brokers have no permanent topics. */
export function retainedMessageOperations(names: ResourceNames & { readonly kind: RetainingOwner['kind'] }) {
  const { noun, kind } = names;
  const common = {
    service: 'ObservationService',
    ids: ownerIds(names),
    subject: ownerSubject(names),
  } as const;
  return [
    defineOperation({
      ...common,
      permission: 'view',
      name: `list${noun}RetainedTopics`,
      summary: `Lists the permanent topics of a ${kind} that have a retained message`,
      message: ListRetainedTopicsQuery,
      output: ListRetainedTopicsResponse,
      async run({ input: { prefix = '' }, target: { id }, read, page: request, nextPageToken }) {
        const page = await read.retainedMessages.list({ kind, id }, prefix, request);
        const topics = page.rows.map(({ topic, bytes, updatedAt }) => ({
          ...{ topic, bytes },
          updatedAt: updatedAt.toISOString(),
        }));
        return { topics, ...nextPageToken(page) };
      },
    }),
    defineOperation({
      ...common,
      permission: 'view',
      name: `get${noun}RetainedMessage`,
      summary: `Returns the retained message of a permanent topic of a ${kind}`,
      description: 'NOT_FOUND if the topic has none, whether it is a permanent topic or not.',
      message: RetainedMessageQuery,
      output: RetainedMessage,
      async run({ input, target: { id }, read }) {
        const row = await read.retainedMessages.find({ kind, id }, input.topic);
        if (!row) throw errors.notFound('Retained message');
        const { topic, payload, updatedAt } = row;
        return { topic, data: payload.toString('base64'), updatedAt: updatedAt.toISOString() };
      },
    }),
    defineOperation({
      ...common,
      permission: 'edit',
      name: `clear${noun}RetainedMessage`,
      summary: `Clears a permanent topic of a ${kind}`,
      description:
        'An empty message is published there in the name of a principal that may: subscribers receive it, and later subscribers receive nothing.',
      message: RetainedMessageQuery,
      output: ClearRetainedMessageResponse,
      async run(
        { input: { topic }, target: { id }, read, signal },
        { publisher }: { readonly publisher: MessagePublisher },
      ) {
        const found = await read.retainedMessages.find({ kind, id }, topic);
        const from = found && (await writerOf(topic, read));
        if (!from) throw errors.notFound('Retained message');
        await publisher.publish({ from, topic, payload: Buffer.alloc(0) }, signal);
        return {};
      },
    }),
  ];
}

/** A principal that may publish to a permanent topic; for a topic of a registry that its devices write, one of these. */
async function writerOf(topic: string, read: Reads): Promise<Owner | undefined> {
  const address = readFullTopic(topic);
  if (!address) return undefined;
  const { row, ownerId } = address;
  if (row.root === 'registries') {
    if (row.publisher === 'registry') return { kind: 'registry', id: ownerId };
    const { rows } = await read.devices.list(
      { registryId: ownerId },
      { activity: false },
      { after: undefined, limit: 1 },
    );
    return rows[0] && { kind: 'device', id: rows[0].id };
  }
  if (row.publisher === 'device') return { kind: 'device', id: ownerId };
  const device = await read.devices.find(ownerId, { activity: false });
  return device && { kind: 'registry', id: device.registryId };
}
