import { credentialMessages, decodeData, type ResourceNames } from '@iotcore/contract';
import { defineOperation } from '../../pipeline/operation.ts';
import type { MessagePublisher } from '../../publish/message-publisher.ts';
import { ownerIds, ownerSubject, publishPermission } from './owner.ts';

export function publishOperations(names: ResourceNames) {
  const { noun, kind, tag } = names;
  const messages = credentialMessages[kind];
  return [
    defineOperation({
      name: `publish${noun}Data`,
      service: tag,
      summary: `Publishes a message as a ${kind}`,
      description: `It is routed as if the ${kind} itself had published it, with its rights. Answered once every MQTT server has handed it to its subscribers; a call that failed may be repeated, so a message arrives at least once.`,
      permission: publishPermission[kind],
      keyed: true,
      ids: ownerIds(names),
      message: messages.PublishDataRequest,
      output: messages.PublishDataResponse,
      subject: ownerSubject(names),
      async run(
        { input: { topic, data }, target: from, signal },
        { publisher }: { readonly publisher: MessagePublisher },
      ) {
        await publisher.publish({ from, topic, payload: decodeData(data) }, signal);
        return {};
      },
      replay: () => ({}),
    }),
  ];
}
